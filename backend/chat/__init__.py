"""Talks to a language model, for pipelines that do: a Django app, as it keeps what each request took.

Only `chat.client` imports the model's library, which takes half a second.
"""
