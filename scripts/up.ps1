# Starts the whole stack: in Docker where an engine answers, else on this machine ("native").
#   scripts\up.ps1 [OPTIONS OF docker compose up]
#   scripts\up.ps1 --native
Set-Location (Join-Path $PSScriptRoot '..')

$native = $args.Count -gt 0 -and $args[0] -eq '--native'
if (-not $native -and (Get-Command docker -ErrorAction SilentlyContinue)) {
    docker info *> $null
    if ($LASTEXITCODE -eq 0) {
        docker compose up --build @args
        exit $LASTEXITCODE
    }
}
. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m native.up
exit $LASTEXITCODE
