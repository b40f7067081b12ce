# Errors by what scripts rely on: id, category, advice. Prose may change.

# All errors of a script, those that end it and those that do not.
function Get-Failure([scriptblock] $Script) {
    $ErrorActionPreference = 'Continue'
    try { & $Script 2>&1 6>$null | Where-Object { $_ -is [Management.Automation.ErrorRecord] } }
    catch { $_ }
}

# Their ids alone.
function Get-ErrorId([scriptblock] $Script) { Get-Failure $Script | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] } }

function Assert-Failure([scriptblock] $Script, [string] $Id, [string] $Category) {
    $failures = @(Get-Failure $Script)
    $failures.Count | Should -Be 1 -Because "$Id is expected; there came: $failures"
    $failures[0].FullyQualifiedErrorId | Should -Match "^$Id,"
    "$($failures[0].CategoryInfo.Category)" | Should -Be $Category
    $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    # A terminal obeys these; a message that repeats the user's input must not hold them.
    $failures[0].Exception.Message | Should -Not -Match '[\p{Cc}\p{Cf}-[\n]]'
}
