# Opens psql at the stack's database in Docker. Natively: scripts\manage.ps1 --native dbshell
#   scripts\psql.ps1 [-c SQL]
Set-Location (Join-Path $PSScriptRoot '..')
docker compose exec postgres psql --username app app @args
exit $LASTEXITCODE
