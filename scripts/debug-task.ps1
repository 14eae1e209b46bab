# Sends the task `debug` to a queue, and shows who ran it, in which process and pool, and how long it took.
#   scripts\debug-task.ps1 ai
& (Join-Path $PSScriptRoot 'manage.ps1') debug_task @args
exit $LASTEXITCODE
