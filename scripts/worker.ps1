# Runs one queue's worker on this machine, beside a stack that runs already; the pool follows the platform.
#   scripts\worker.ps1 ai [--print]
Set-Location (Join-Path $PSScriptRoot '..')

. .\infrastructure\native\prepare.ps1
Set-Location infrastructure
& $python -m native.worker @args
exit $LASTEXITCODE
