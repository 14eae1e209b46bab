# Opens Django's shell in the stack.
#   scripts\shell.ps1 [--native] [-c CODE]
$native = if ($args.Count -gt 0 -and $args[0] -eq '--native') { @('--native') } else { @() }
$given = @($args | Select-Object -Skip $native.Count)
& (Join-Path $PSScriptRoot 'manage.ps1') @native shell @given
exit $LASTEXITCODE
