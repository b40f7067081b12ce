#!/usr/bin/env pwsh
#Requires -Version 7.6
# Brings up to date what the pages say as the cmdlets have it: SYNTAX, and each parameter's yaml. Prose stays as it is; returned is what a person has
# to write or take out. Of a new parameter, heading and prose will do: the yaml comes of this.
[CmdletBinding()]
param(
    # The built module.
    [string] $Module = "$PSScriptRoot/../../out/PSContainer/PSContainer.psd1",
    # Where the pages go: by default, where they are.
    [string] $Destination = $PSScriptRoot
)
$ErrorActionPreference = 'Stop'
. $PSScriptRoot/page.ps1

$common = [Management.Automation.Cmdlet]::CommonParameters
$width = 100

# The cmdlet's parameters that a person is to see: not those of every cmdlet, and none that is marked DontShow.
function Get-ShownParameter($Command) {
    foreach ($parameter in $Command.Parameters.Values) {
        $hidden = $parameter.Attributes.Where({ $_ -is [Parameter] }).DontShow -contains $true
        if ($parameter.Name -notin $common -and -not $hidden) { $parameter }
    }
}

# A parameter set in lines of at most 100 columns, as PowerShell writes it: by position, the required ones, the others.
function Format-Syntax([string] $Name, $Set, [string[]] $Shown) {
    $line = $Name
    foreach ($match in [regex]::Matches("$Set", '\[{0,2}-(\w+)\]?(?: <[^>]+>)?\]?')) {
        if ($match.Groups[1].Value -notin $Shown) { continue }
        if ($line.Length + 1 + $match.Length -gt $width) { $line; $line = '' }
        $line += " $($match.Value)"
    }
    $line
}

# The lines of the section SYNTAX below its heading, the default set first.
function Format-SyntaxSection($Command, [string[]] $Shown) {
    foreach ($set in $Command.ParameterSets | Sort-Object IsDefault -Descending -Stable) {
        ''
        '### ' + $set.Name + ($set.IsDefault -and $Command.ParameterSets.Count -gt 1 ? ' (Default)' : '')
        ''
        '```'
        Format-Syntax $Command.Name $set $Shown
        '```'
    }
}

function Format-List([string] $Name, $Items) {
    if (-not $Items) { return }
    "${Name}:"
    foreach ($item in $Items) { "- $item" }
}

# Where a parameter stands in its sets. What is so of a set is said, what is not so is left out.
function Format-ParameterSet($Parameter) {
    'ParameterSets:'
    foreach ($name in $Parameter.ParameterSets.Keys | Sort-Object) {
        $set = $Parameter.ParameterSets[$name]
        '- Name: ' + ($name -eq '__AllParameterSets' ? '(All)' : $name)
        '  Position: ' + ($set.Position -lt 0 ? 'Named' : $set.Position)
        if ($set.IsMandatory) { '  IsRequired: true' }
        foreach ($way in 'ValueFromPipeline', 'ValueFromPipelineByPropertyName', 'ValueFromRemainingArguments') { if ($set.$way) { "  ${way}: true" } }
    }
}

# The words that a parameter takes, where it takes no others.
function Get-AcceptedValue($Parameter, [type] $Type) {
    $set = $Parameter.Attributes.Where({ $_ -is [ValidateSet] })
    if ($set) { return $set.ValidValues }
    if ($Type.IsArray) { $Type = $Type.GetElementType() }
    if ($Type.IsEnum) { [enum]::GetNames($Type) }
}

# A parameter's yaml, fences and all. The default, and whether wildcards are understood, only the page knows.
function Format-Metadata($Parameter, $Written) {
    # That a number is null where it is not given is the cmdlet's own business.
    $type = [Nullable]::GetUnderlyingType($Parameter.ParameterType) ?? $Parameter.ParameterType
    '```yaml'
    "Type: $($type.ToString())"
    if ($Written.DefaultValue -and $type -ne [switch]) { "DefaultValue: $($Written.DefaultValue)" }
    if ($Written.SupportsWildcards) { 'SupportsWildcards: true' }
    Format-List Aliases $Parameter.Aliases
    Format-ParameterSet $Parameter
    Format-List AcceptedValues (Get-AcceptedValue $Parameter $type)
    '```'
}

# What is to stand instead of which lines of the page, the last first, so that the numbers of those before stay true.
function Get-Edit($Page, $Command, $Shown) {
    $syntax = $Page.Section['SYNTAX']
    $end = $syntax.Blocks ? $syntax.Blocks[-1] : $syntax.Heading
    $edits = @(
        @{ First = $syntax.Heading.First + 1; Last = $end.Last; Lines = @(Format-SyntaxSection $Command $Shown.Name) }
        foreach ($written in $Page.Parameters) {
            $parameter = $Shown.Where({ $_.Name -ceq $written.Name })[0]
            if (-not $parameter) { continue }
            if ($written.Yaml) { @{ First = $written.Yaml.First; Last = $written.Yaml.Last; Lines = @(Format-Metadata $parameter (Read-Metadata $written.Yaml)) } }
            else { @{ First = $written.Last + 1; Last = $written.Last; Lines = @('') + @(Format-Metadata $parameter) } }
        }
    )
    $edits | Sort-Object { $_.First } -Descending
}

function Update-Page($Page, $Command) {
    $shown = @(Get-ShownParameter $Command)
    $lines = [Collections.Generic.List[string]] $Page.Lines
    foreach ($edit in Get-Edit $Page $Command $shown) {
        $lines.RemoveRange($edit.First, $edit.Last - $edit.First + 1)
        $lines.InsertRange($edit.First, [string[]] $edit.Lines)
    }
    [IO.File]::WriteAllText("$target/$($Page.Name).md", ($lines -join "`n") + "`n")
    foreach ($name in $shown.Name.Where({ $_ -cnotin $Page.Parameters.Name })) { "$($Page.Name).md: ### -$name is missing." }
    foreach ($name in $Page.Parameters.Name.Where({ $_ -cnotin $shown.Name })) { "$($Page.Name).md: ### -$name is of no parameter that is shown." }
}

$target = New-Item -ItemType Directory -Force $Destination
$commands = (Import-Module $Module -PassThru).ExportedCmdlets
$files = Get-ChildItem $PSScriptRoot -Filter *-*.md
foreach ($file in $files) {
    $command = $commands[$file.BaseName]
    if ($command) { Update-Page (Read-Page $file.FullName) $command } else { "$($file.Name): there is no such cmdlet." }
}
foreach ($name in $commands.Keys.Where({ $_ -notin $files.BaseName })) { "$name.md is missing." }
