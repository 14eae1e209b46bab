# Runs every test suite, or those that are named, and sets up what they need.
#   scripts\test.ps1 quick
#   scripts\test.ps1 [lint] [unit] [frontend] [integration] [browser] [compose] [faults]
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m testing.run @args
exit $LASTEXITCODE
