@{
    RootModule             = 'PSContainer.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '7c5f6b0e-3d0e-4f6a-9a53-0f6f1c9a4f21'
    Author                 = 'The PSContainer authors'
    CompanyName            = 'PSContainer'
    Copyright              = '(c) The PSContainer authors. MIT License.'
    Description            = 'Linux containers, namespaces and resource limits as objects in a pipeline, without a daemon.'
    PowerShellVersion      = '7.6'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @(
        'PSContainer.format.ps1xml'
        'Namespace.format.ps1xml'
        'Limit.format.ps1xml'
        'Host.format.ps1xml'
        'Image.format.ps1xml'
        'Network.format.ps1xml'
        'Port.format.ps1xml'
        'Isolation.format.ps1xml'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    CmdletsToExport        = @(
        'Add-ContainerImageTag'
        'Build-ContainerImage'
        'Clear-ContainerStorage'
        'Compare-Container'
        'Compare-ContainerNamespace'
        'Connect-ContainerNetwork'
        'Copy-ContainerItem'
        'Disconnect-ContainerNetwork'
        'Enter-ContainerNamespace'
        'Export-Container'
        'Export-ContainerImage'
        'Get-Container'
        'Get-ContainerHost'
        'Get-ContainerImage'
        'Get-ContainerImageHistory'
        'Get-ContainerLimit'
        'Get-ContainerLog'
        'Get-ContainerNetwork'
        'Get-ContainerPort'
        'Get-Namespace'
        'Import-ContainerImage'
        'Invoke-Container'
        'Invoke-ContainerCommand'
        'Measure-Container'
        'New-Container'
        'New-ContainerImage'
        'New-ContainerNetwork'
        'Publish-ContainerPort'
        'Remove-Container'
        'Remove-ContainerImage'
        'Remove-ContainerNetwork'
        'Repair-ContainerStorage'
        'Request-ContainerImage'
        'Set-ContainerLimit'
        'Start-Container'
        'Stop-Container'
        'Submit-ContainerImage'
        'Test-ContainerHost'
        'Unpublish-ContainerPort'
        'Wait-Container'
    )
    PrivateData            = @{
        PSData = @{
            Tags       = @('Linux', 'Container', 'Namespace', 'cgroup', 'OCI')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
