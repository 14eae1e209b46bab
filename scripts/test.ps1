# Runs every test suite, or those that are named, and sets up what they need.
#   scripts\test.ps1 [lint] [unit] [frontend] [integration] [browser] [compose] [faults]
Set-Location (Join-Path $PSScriptRoot '..')

. .\infrastructure\native\prepare.ps1
Set-Location infrastructure
& $python -m testing.run @args
exit $LASTEXITCODE
