"""Changes the project itself: a new pipeline or queue, another name, no more examples."""
