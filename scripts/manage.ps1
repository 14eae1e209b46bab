# Runs a command of Django's beside the stack: in a container of its own, or natively.
#   scripts\manage.ps1 makemigrations
#   scripts\manage.ps1 --native createsuperuser
Set-Location (Join-Path $PSScriptRoot '..')

$native = $args.Count -gt 0 -and $args[0] -eq '--native'
$data = if ($env:DATA_DIR) { $env:DATA_DIR } else { '.data' }
$running = Test-Path (Join-Path $data 'running.env')  # left by scripts\up.ps1 --native and --hybrid where they run
if (-not $native -and -not $running -and (Get-Command docker -ErrorAction SilentlyContinue)) {
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
