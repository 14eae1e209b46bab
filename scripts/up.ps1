# Starts the whole stack: in Docker where an engine answers, else on this machine ("native").
#   scripts\up.ps1 [OPTIONS OF docker compose up]
#   scripts\up.ps1 --native
#   scripts\up.ps1 --hybrid [QUEUE,...] [--beside]            the servers in Docker; Django and a worker of these queues here
#   $env:DEBUG_SERVICE = 'worker-ai'; scripts\up.ps1          a debugger can be attached to that service, at port 5678
Set-Location (Join-Path $PSScriptRoot '..')

$module = 'native.up'
$first = if ($args.Count -gt 0) { $args[0] } else { '' }
if ($first -eq '--hybrid') {
    $module = 'native.hybrid'
} elseif ($first -ne '--native' -and (Get-Command docker -ErrorAction SilentlyContinue)) {
    docker info *> $null
    if ($LASTEXITCODE -eq 0) {
        $named = (Test-Path .env) -and (Select-String -Quiet -Path .env -Pattern '^DEBUG_SERVICE=.')
        if (-not $env:DEBUG_SERVICE -and -not $named) {
            docker compose up --build @args
            exit $LASTEXITCODE
        }
        $module = 'native.debug'
    }
}
$given = @($args | Select-Object -Skip ([int]($first -in '--native', '--hybrid')))
. .\scripts\native\prepare.ps1
Set-Location scripts
& $python -m $module @given
exit $LASTEXITCODE
