"""A comparison of two images as a report: `text` for terminals, `markdown` for pull requests, `html` as one page.

In: an `ImageDiff`. Out: lines or a page. `words` has what all three say.
"""
