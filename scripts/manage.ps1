# Runs a command of Django's beside the stack: in a container of its own, or natively.
#   scripts\manage.ps1 makemigrations
#   scripts\manage.ps1 --native createsuperuser
Set-Location (Join-Path $PSScriptRoot '..')

$native = $args.Count -gt 0 -and $args[0] -eq '--native'
if (-not $native -and (Get-Command docker -ErrorAction SilentlyContinue)) {
    docker info *> $null
    if ($LASTEXITCODE -eq 0) {
        docker compose run --rm --volume "${PWD}/backend:/backend" --workdir /backend migrate python manage.py @args
        exit $LASTEXITCODE
    }
}
$given = @($args | Select-Object -Skip ([int]$native))
. .\scripts\native\prepare.ps1
Set-Location backend
& $python manage.py @given
exit $LASTEXITCODE
