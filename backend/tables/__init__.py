"""Tables out of strangers' files: CSV in any usual encoding, Excel and Parquet; strictly, and in bounded memory.

What the example pipelines share. It knows nothing of jobs but the errors that people read. `options` and `names` may be
imported everywhere; the other modules import large libraries.
"""
