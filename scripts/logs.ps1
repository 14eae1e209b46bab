# Follows the logs of the stack in Docker, or of some of its services. The native stack logs to its own terminal.
#   scripts\logs.ps1 [SERVICE...]
Set-Location (Join-Path $PSScriptRoot '..')
docker compose logs --follow --tail 100 @args
exit $LASTEXITCODE
