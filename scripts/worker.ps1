# Runs a worker on this machine, of one queue or several, beside a stack that runs already. The pool follows the platform.
#   scripts\worker.ps1 ai [--print]
#   scripts\worker.ps1 ingestion_io,charts_cpu --pool threads --concurrency 8 --reload [MORE OPTIONS OF celery worker]
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m native.worker @args
exit $LASTEXITCODE
