# Says what is wrong with the checkout, this machine and the stack that runs, and what to do.
#   scripts\doctor.ps1 [--json]
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m native.doctor @args
exit $LASTEXITCODE
