# Gives the project another name.
#   scripts\rename.ps1 "My product"
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m project.rename @args
exit $LASTEXITCODE
