"""How the apps are assembled and run. Empty: what stands here would be imported with each module, also with the queue
table, which needs neither Celery nor Django. `celery -A config` finds `config.celery` by itself."""
