# Adds a queue: a row in the queue table, and a worker in each Compose file.
#   scripts\new-queue.ps1 reports
#   scripts\new-queue.ps1 reports --concurrency 4 --time-limit 300 --soft-time-limit 290
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m project.new_queue @args
exit $LASTEXITCODE
