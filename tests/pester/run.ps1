#!/usr/bin/env pwsh
# The Pester lane: all files in one session, what is left behind last. Ends with "N passed, N failed, N skipped".
[CmdletBinding()]
param(
    # Only these files or folders.
    [string[]] $Path = $PSScriptRoot,
    # Only tests with one of these tags.
    [string[]] $Tag,
    [string[]] $ExcludeTag,
    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Output = 'Normal'
)

# The one that the build has put there, whatever else is installed.
$env:PSModulePath = "$PSScriptRoot/../../out/tests/modules:$env:PSModulePath"
Import-Module Pester -RequiredVersion 5.9.1
$leaks = Join-Path $PSScriptRoot Leaks.Tests.ps1
$files = Get-ChildItem $Path -Recurse -Filter *.Tests.ps1 | Where-Object FullName -ne $leaks | Sort-Object FullName | ForEach-Object FullName
$configuration = New-PesterConfiguration
$configuration.Run.Path = @($files) + $leaks
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = $Output
if ($Tag) { $configuration.Filter.Tag = @($Tag) + 'Leaks' }
if ($ExcludeTag) { $configuration.Filter.ExcludeTag = $ExcludeTag }
$result = Invoke-Pester -Configuration $configuration
if ($env:PSCONTAINER_TEST_RUN) {
    Remove-Item -LiteralPath $env:PSCONTAINER_TEST_RUN, "$env:PSCONTAINER_TEST_RUN.powershell" -Recurse -Force -ErrorAction Ignore
    Remove-Item Env:PSCONTAINER_TEST_RUN
}
# A file that can't be read or whose set-up fails has no failing test to its name.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
'{0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, $result.SkippedCount
exit [Math]::Min($failed, 1)
