"""Build caches: where they are kept, what is in them, what is dropped, and what becomes of a damaged one.

backends (cache-from, cache-to) · export_mode (min or max) · sharing (same dependency layers) · records (a builder's
own cache) · directories (type=local) · prune · invalidation · recovery · retention (a registry's) · warm
"""
