"""Moving a repository, and proving it: what is here compares two images.

Where to look: `compare_images` puts together `compare_files` (what differs in the flattened file systems), `causes`
(what each difference comes from, with `path_causes`, `owners` and `build_tools`), `cause_sums` (counts and bytes for
people), `compare_packages` and `compare_config`.
"""
