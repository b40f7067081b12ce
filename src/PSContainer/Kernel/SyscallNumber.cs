using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>
/// System call numbers (syscalls(2)). Those from 424 up are the same on every architecture; the older ones are chosen
/// once, at start, for x86-64 or arm64. tests/unit checks them against the C headers.
/// </summary>
public static class SyscallNumber
{
    private static readonly bool X64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static readonly int Read = X64 ? 0 : 63;
    public static readonly int Write = X64 ? 1 : 64;
    public static readonly int Close = X64 ? 3 : 57;
    public static readonly int RtSigaction = X64 ? 13 : 134;
    public static readonly int RtSigprocmask = X64 ? 14 : 135;
    public static readonly int Ioctl = X64 ? 16 : 29;
    public static readonly int Socket = X64 ? 41 : 198;
    public static readonly int Sendto = X64 ? 44 : 206;
    public static readonly int Recvfrom = X64 ? 45 : 207;
    public static readonly int Setsockopt = X64 ? 54 : 208;
    public static readonly int Bind = X64 ? 49 : 200;
    public static readonly int Execve = X64 ? 59 : 221;
    public static readonly int ExitGroup = X64 ? 231 : 94;
    public static readonly int Mmap = X64 ? 9 : 222;
    public static readonly int Munmap = X64 ? 11 : 215;
    public static readonly int Wait4 = X64 ? 61 : 260;
    public static readonly int Ppoll = X64 ? 271 : 73;
    public static readonly int Kill = X64 ? 62 : 129;
    public static readonly int Chdir = X64 ? 80 : 49;
    public static readonly int Fchdir = X64 ? 81 : 50;
    public static readonly int Umask = X64 ? 95 : 166;
    public static readonly int Setsid = X64 ? 112 : 157;
    public static readonly int Setgroups = X64 ? 116 : 159;
    public static readonly int Setresuid = X64 ? 117 : 147;
    public static readonly int Setresgid = X64 ? 119 : 149;
    public static readonly int Setfsuid = X64 ? 122 : 151;
    public static readonly int Setfsgid = X64 ? 123 : 152;
    public static readonly int Capget = X64 ? 125 : 90;
    public static readonly int Capset = X64 ? 126 : 91;
    public static readonly int PivotRoot = X64 ? 155 : 41;
    public static readonly int Prctl = X64 ? 157 : 167;
    public static readonly int Chroot = X64 ? 161 : 51;
    public static readonly int Mount = X64 ? 165 : 40;
    public static readonly int Umount2 = X64 ? 166 : 39;
    public static readonly int Sethostname = X64 ? 170 : 161;
    public static readonly int Setdomainname = X64 ? 171 : 162;
    public static readonly int Getdents64 = X64 ? 217 : 61;
    public static readonly int Keyctl = X64 ? 250 : 219;
    public static readonly int Openat = X64 ? 257 : 56;
    public static readonly int Mkdirat = X64 ? 258 : 34;
    public static readonly int Mknodat = X64 ? 259 : 33;
    public static readonly int Fchownat = X64 ? 260 : 54;
    public static readonly int Unlinkat = X64 ? 263 : 35;
    public static readonly int Symlinkat = X64 ? 266 : 36;
    public static readonly int Readlinkat = X64 ? 267 : 78;
    public static readonly int Fchmodat = X64 ? 268 : 53;
    public static readonly int Faccessat = X64 ? 269 : 48;
    public static readonly int Unshare = X64 ? 272 : 97;
    public static readonly int Dup3 = X64 ? 292 : 24;
    public static readonly int Prlimit64 = X64 ? 302 : 261;
    public static readonly int Setns = X64 ? 308 : 268;
    public static readonly int Seccomp = X64 ? 317 : 277;
    public static readonly int Getrandom = X64 ? 318 : 278;
    public static readonly int Bpf = X64 ? 321 : 280;
    public static readonly int Execveat = X64 ? 322 : 281;
    public static readonly int MemfdCreate = X64 ? 319 : 279;
    public static readonly int Statx = X64 ? 332 : 291;

    public const int PidfdSendSignal = 424;
    public const int OpenTree = 428;
    public const int MoveMount = 429;
    public const int Fsopen = 430;
    public const int Fsconfig = 431;
    public const int Fsmount = 432;
    public const int PidfdOpen = 434;
    public const int Clone3 = 435;
    public const int CloseRange = 436;
    public const int Openat2 = 437;
    public const int PidfdGetfd = 438;
    public const int Faccessat2 = 439;
    public const int MountSetattr = 442;
}
