# Makes a pipeline of one function, with a test.
#   scripts\new-pipeline.ps1 send_mail
#   scripts\new-pipeline.ps1 send_mail --queue ai
Set-Location (Join-Path $PSScriptRoot '..')

. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m project.new_pipeline @args
exit $LASTEXITCODE
