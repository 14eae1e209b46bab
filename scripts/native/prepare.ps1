# Dot-sourced by the scripts: finds uv, or installs it below .data\, and brings backend\.venv up to date.
# Leaves the path of uv in $env:UV and the environment's interpreter in $python.
$ErrorActionPreference = 'Stop'
$root = Resolve-Path (Join-Path $PSScriptRoot '..\..')
$python = Join-Path $root 'backend\.venv\Scripts\python.exe'
$tools = Join-Path $root '.data\tools'

if (-not $env:UV) {
    $found = Get-Command uv -ErrorAction SilentlyContinue
    $env:UV = if ($found) { $found.Source } else { Join-Path $tools 'Scripts\uv.exe' }
}
if (-not (Test-Path $env:UV)) {
    Write-Host 'uv was not found; installing it into .data\tools (once)'
    $launcher = Get-Command -Name 'py', 'python' -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $launcher) {
        throw 'Python 3.11 or newer is needed and was not found. Install it (https://www.python.org/downloads/) and try again.'
    }
    & $launcher.Source -m venv $tools
    & (Join-Path $tools 'Scripts\python.exe') -m pip install --quiet --disable-pip-version-check uv
}
& $env:UV sync --quiet --locked --project (Join-Path $root 'backend')
if ($LASTEXITCODE -ne 0) {
    throw "The Python environment in backend\.venv could not be made; the lines above say why. It needs Python 3.11 or newer: $env:UV python install 3.13"
}
