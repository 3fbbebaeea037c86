#Requires -Version 5.1
#Requires -Modules ActiveDirectory
<#
.SYNOPSIS
Creates and fills one Active Directory group for each pair of Citrix servers of a farm plan.

.DESCRIPTION
Every user of the plan becomes a member of the group of their two servers. Users whose second server
doesn't let them in yet are members of the first one's own group until it does: the script compares
the times of the plan with today's, so run it every day until the last of them has passed.

Without -Apply it changes nothing and tells what it would do.

It touches only groups whose name begins with the prefix of the plan and whose description is the
text that it gives to the groups it creates. It never deletes a group. Run it as often as you like:
what is as planned already stays.

In Citrix, publish the QlikView client once for each group, for the members of that group, and
restrict it to the servers of the group by a tag that these servers have.

.PARAMETER Apply
Change the groups.

.PARAMETER Path
The organizational unit for new groups, as a distinguished name; the domain's default if not given.

.PARAMETER Server
The domain controller for all reading and writing of groups; one is found if not given.

.PARAMETER GroupScope
The scope of new groups. Users of several domains need Universal or DomainLocal.

.PARAMETER OtherDomains
Where to look for users of other domains than that of the groups: @{ NAME = 'domain controller' }.

.PARAMETER RemoveUnplanned
Also remove members who are not in the plan at all; else they stay and are counted.

.EXAMPLE
.\groups.ps1
.EXAMPLE
.\groups.ps1 -Apply -Path 'OU=Citrix,DC=acme,DC=example'
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch] $Apply,
    [string] $Path,
    [string] $Server,
    [ValidateSet('DomainLocal', 'Global', 'Universal')]
    [string] $GroupScope = 'Global',
    [hashtable] $OtherDomains = @{},
    [switch] $RemoveUnplanned
)

Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

#region plan
$MadeAt = ''
$LastReadyAt = ''
$Prefix = ''
$Marker = ''
$ServersOf = @{}
$Users = @()
#endregion

$BatchSize = 200
$Caller = $PSCmdlet
$Problems = New-Object 'System.Collections.Generic.List[string]'
$Counts = @{ Created = 0; Added = 0; Removed = 0; Waiting = 0; Unplanned = 0; Failed = 0 }

function Test-ShouldChange([string] $Target, [string] $Action) {
    if ($Apply) {
        return $Caller.ShouldProcess($Target, $Action)
    }
    Write-Host ('Would {0}: {1}' -f $Action, $Target)
    return $false
}

function Edit-Member([string] $Group, [object[]] $Members, [switch] $Remove) {
    $Action = if ($Remove) { 'remove' } else { 'add' }
    for ($Start = 0; $Start -lt $Members.Count; $Start += $BatchSize) {
        $End = [math]::Min($Start + $BatchSize, $Members.Count) - 1
        $Batch = @($Members[$Start..$End])
        foreach ($Member in $Batch) {
            Write-Verbose ('{0} {1}: {2}' -f $Group, $Action, $Member)
        }
        if (-not (Test-ShouldChange $Group ('{0} {1} members' -f $Action, $Batch.Count))) {
            continue
        }
        try {
            if ($Remove) {
                Remove-ADGroupMember -Identity $Group -Members $Batch -Server $Server -Confirm:$false
                $Counts.Removed += $Batch.Count
            } else {
                Add-ADGroupMember -Identity $Group -Members $Batch -Server $Server -Confirm:$false
                $Counts.Added += $Batch.Count
            }
        } catch {
            $Counts.Failed += $Batch.Count
            $Problems.Add(('{0}: could not {1} {2} members: {3}' -f $Group, $Action, $Batch.Count, $_))
        }
    }
}

if (-not $Server) {
    $Server = [string] (Get-ADDomainController -Discover -Writable).HostName
}
$OwnDomain = (Get-ADDomain -Server $Server).NetBIOSName
$Culture = [System.Globalization.CultureInfo]::InvariantCulture
$Now = [datetime]::UtcNow.ToString('yyyy\-MM\-dd\THH\:mm\:ss\Z', $Culture)

# Who should be in which group now. All users are looked up before anything is changed.
$Wanted = @{}
$Planned = @{}
foreach ($Entry in $Users) {
    if (-not $Entry.Domain -or $Entry.Domain -eq $OwnDomain) {
        $LookIn = $Server
    } elseif ($OtherDomains.ContainsKey($Entry.Domain)) {
        $LookIn = $OtherDomains[$Entry.Domain]
    } else {
        $Problems.Add(('{0}: in another domain; name its controller with -OtherDomains' -f $Entry.User))
        continue
    }
    $Found = @(Get-ADUser -LDAPFilter $Entry.Filter -Server $LookIn)
    if ($Found.Count -ne 1) {
        $Problems.Add(('{0}: {1} accounts found' -f $Entry.User, $Found.Count))
        continue
    }
    $Account = $Found[0]
    if ($Planned.ContainsKey($Account.DistinguishedName)) {
        $Problems.Add(('{0}: another user of the plan is the same account' -f $Entry.User))
        continue
    }
    $Waits = $Entry.Until -and ([string]::CompareOrdinal($Now, $Entry.Until) -lt 0)
    $Group = if ($Waits) { $Entry.First } else { $Entry.Group }
    if ($Waits) {
        $Counts.Waiting += 1
    }
    if (-not $Wanted.ContainsKey($Group)) {
        $Wanted[$Group] = @{}
    }
    $Wanted[$Group][$Account.DistinguishedName] = $Account
    $Planned[$Account.DistinguishedName] = $Account
}

$Existing = @{}
$OwnPrefix = '(sAMAccountName={0}*)' -f $Prefix
foreach ($Found in @(Get-ADGroup -LDAPFilter $OwnPrefix -Server $Server -Properties @('Description', 'Member'))) {
    $Existing[$Found.SamAccountName] = $Found
}
$Taken = @($Wanted.Keys | Where-Object { $Existing.ContainsKey($_) -and $Existing[$_].Description -cne $Marker })
if ($Taken.Count -gt 0) {
    throw ('These groups exist and are not of this script, so nothing was changed: {0}. Make the script with another --group-prefix.' -f ($Taken -join ', '))
}

# First into the new group, then out of the old one: nobody is in none.
foreach ($Name in @($Wanted.Keys | Sort-Object)) {
    $Current = New-Object 'System.Collections.Generic.HashSet[string]' ([System.StringComparer]::OrdinalIgnoreCase)
    if ($Existing.ContainsKey($Name)) {
        foreach ($Member in $Existing[$Name].Member) {
            [void] $Current.Add([string] $Member)
        }
    } elseif (Test-ShouldChange $Name ('create the group for {0}' -f $ServersOf[$Name])) {
        $Group = @{
            Name = $Name; SamAccountName = $Name; Description = $Marker
            GroupCategory = 'Security'; GroupScope = $GroupScope; Server = $Server
        }
        if ($Path) {
            $Group.Path = $Path
        }
        New-ADGroup @Group -Confirm:$false
        $Counts.Created += 1
    }
    $Joining = @($Wanted[$Name].Values | Where-Object { -not $Current.Contains($_.DistinguishedName) })
    Edit-Member $Name $Joining
}

$Empty = New-Object 'System.Collections.Generic.List[string]'
foreach ($Group in @($Existing.Values | Where-Object { $_.Description -ceq $Marker })) {
    $Name = $Group.SamAccountName
    if (-not $Wanted.ContainsKey($Name)) {
        $Wanted[$Name] = @{}
    }
    $Leaving = New-Object 'System.Collections.Generic.List[object]'
    foreach ($Member in $Group.Member) {
        if ($Wanted[$Name].ContainsKey([string] $Member)) {
            continue
        }
        if ($Planned.ContainsKey([string] $Member)) {
            $Leaving.Add($Planned[[string] $Member])
        } elseif ($RemoveUnplanned) {
            $Leaving.Add([string] $Member)
        } else {
            $Counts.Unplanned += 1
        }
    }
    Edit-Member $Name $Leaving.ToArray() -Remove
    if ($Wanted[$Name].Count -eq 0) {
        $Empty.Add($Name)
    }
}

Write-Host ''
Write-Host ('Plan of {0}: {1} users, {2} found, {3} of them on one server until their second one is ready' -f $MadeAt, $Users.Count, $Planned.Count, $Counts.Waiting)
Write-Host ('{0} groups created, {1} members added, {2} removed' -f $Counts.Created, $Counts.Added, $Counts.Removed)
if ($Counts.Unplanned -gt 0) {
    Write-Host ('{0} members are not in the plan and stay; -RemoveUnplanned removes them' -f $Counts.Unplanned)
}
if ($Empty.Count -gt 0) {
    Write-Host ('Nobody is planned for these groups; delete them when you like: {0}' -f ($Empty -join ', '))
}
foreach ($Problem in $Problems) {
    Write-Warning $Problem
}
if (-not $Apply) {
    Write-Host 'Nothing was changed. Run it with -Apply to change the groups.'
}
if ($LastReadyAt -and ([string]::CompareOrdinal($Now, $LastReadyAt) -lt 0)) {
    Write-Host ('Run it every day until {0}: then the last user gets the second server.' -f $LastReadyAt)
}
if ($Counts.Failed -gt 0) {
    exit 1
}
