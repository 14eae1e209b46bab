# Removes the example pipelines, with everything that is there for them.
#   scripts\remove-examples.ps1            all, and then this script, too
#   scripts\remove-examples.ps1 profile    this one
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m project.remove_examples @args
exit $LASTEXITCODE
