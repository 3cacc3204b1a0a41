"""From a workspace to images: plan, bake definition, engine, bases, caches, builders."""
