# Runs one queue's worker on this machine, beside a stack that runs already; the pool follows the platform.
#   scripts\worker.ps1 ai [--print]
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m native.worker @args
exit $LASTEXITCODE
