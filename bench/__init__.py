"""The benchmark: claims about speed come from here, as ratios measured side by side in one run."""
