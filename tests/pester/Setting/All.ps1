# All that the tests share, in one word: dot-source it in BeforeAll, and in BeforeDiscovery where -Skip asks what the machine has.

foreach ($part in Get-ChildItem $PSScriptRoot -Filter *.ps1 | Where-Object Name -ne All.ps1) { . $part.FullName }
