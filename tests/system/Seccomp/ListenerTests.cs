using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Seccomp;

/// <summary>SCMP_ACT_NOTIFY: an agent answers in the kernel's place (config-linux.md, listenerPath).</summary>
public class ListenerTests
{
    // Prints what it is told of each container, and answers all its calls with the error 39 (ENOTEMPTY), as long as somebody waits.
    private const string Agent = """
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>
        #include <poll.h>
        #include <sys/ioctl.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        #include <linux/seccomp.h>
        int main(int argc, char **argv)
        {
            int server = socket(AF_UNIX, SOCK_STREAM, 0);
            struct sockaddr_un name = { .sun_family = AF_UNIX };
            strncpy(name.sun_path, argv[1], sizeof name.sun_path - 1);
            if (bind(server, (struct sockaddr *)&name, sizeof name) || listen(server, 4)) return 1;
            puts("listening");
            fflush(stdout);
            struct pollfd all[8] = { { .fd = server, .events = POLLIN } };
            int count = 1;
            while (poll(all, count, 60000) > 0)
            {
                if (all[0].revents)
                {
                    int one = accept(server, 0, 0);
                    char text[65536], control[256];
                    struct iovec vector = { text, sizeof text - 1 };
                    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
                    long length = recvmsg(one, &message, 0);
                    if (length <= 0) return 2;
                    text[length] = 0;
                    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
                    if (!header || header->cmsg_type != SCM_RIGHTS) return 3;
                    memcpy(&all[count].fd, CMSG_DATA(header), sizeof(int));
                    all[count++].events = POLLIN;
                    close(one);
                    puts(text);
                    fflush(stdout);
                }
                for (int i = 1; i < count; i++)
                {
                    if (all[i].revents & POLLIN)
                    {
                        struct seccomp_notif asked = { 0 };
                        if (ioctl(all[i].fd, SECCOMP_IOCTL_NOTIF_RECV, &asked)) continue;
                        struct seccomp_notif_resp answer = { .id = asked.id, .error = -39 };
                        ioctl(all[i].fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
                    }
                    else if (all[i].revents) { close(all[i].fd); all[i] = all[--count]; i--; }
                }
            }
            return 0;
        }
        """;

    private static JsonObject Profile(string socket, string flags = "") => JsonNode.Parse(
        $"{{\"defaultAction\":\"SCMP_ACT_ALLOW\"{flags},\"listenerPath\":\"{socket}\",\"listenerMetadata\":\"of ours\",\"syscalls\":[{{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_NOTIFY\"}}]}}")!.AsObject();

    [SystemTheory("gcc")]
    [InlineData(true, "")]
    [InlineData(false, ",\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\",\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]")]
    public void An_agent_answers_and_is_told_of_the_container_and_of_who_enters_it(bool noNewPrivileges, string flags)
    {
        using var bundle = new Bundle("/bin/sh", "-c", "mkdir /dev/shm/x 2>/dev/shm/said; echo $? >>/dev/shm/said; sleep 1000");
        string socket = Path.Combine(bundle.Folder, "agent"), program = Path.Combine(bundle.Folder, "agent-program");
        File.WriteAllText(program + ".c", Agent);
        Outcome compiled = Outcome.Of("gcc", "-O1", "-o", program, program + ".c");
        Assert.True(compiled.Code == 0, compiled.Error);
        bundle.Linux["seccomp"] = Profile(socket, flags);
        bundle.Process["noNewPrivileges"] = noNewPrivileges;
        using Process agent = Outcome.Begin(program, [socket]);
        try
        {
            Assert.Equal("listening", agent.StandardOutput.ReadLine());
            bundle.Create();
            JsonElement told = JsonDocument.Parse(agent.StandardOutput.ReadLine()!).RootElement;
            Assert.Equal("seccompFd", told.GetProperty("fds")[0].GetString());
            Assert.Equal("of ours", told.GetProperty("metadata").GetString());
            Assert.Equal(bundle.Pid, told.GetProperty("pid").GetInt32());
            JsonElement state = told.GetProperty("state");
            Assert.Equal((bundle.Id, "creating", bundle.Folder), (state.GetProperty("id").GetString(), state.GetProperty("status").GetString(), state.GetProperty("bundle").GetString()));
            Assert.Equal(bundle.Pid, state.GetProperty("pid").GetInt32());

            Pscontainer.Run("start", bundle.Id);
            Outcome entered = bundle.ExecShell("while ! grep -qx 1 /dev/shm/said; do sleep 0.05; done; cat /dev/shm/said; mkdir /dev/shm/y");
            Assert.Contains("Directory not empty", entered.Output);
            Assert.Contains("Directory not empty", entered.Error);
            JsonElement second = JsonDocument.Parse(agent.StandardOutput.ReadLine()!).RootElement;
            Assert.Equal("running", second.GetProperty("state").GetProperty("status").GetString());
            Assert.NotEqual(bundle.Pid, second.GetProperty("pid").GetInt32());
            Assert.Equal(bundle.Pid, second.GetProperty("state").GetProperty("pid").GetInt32());
        }
        finally
        {
            agent.Kill();
        }
    }

    [SystemFact]
    public void Without_an_agent_there_is_no_container()
    {
        using var bundle = new Bundle("true");
        bundle.Linux["seccomp"] = Profile(Path.Combine(bundle.Folder, "nobody"));
        bundle.RunFails("SeccompListenerMissing");
        bundle.CreateFails("SeccompListenerMissing");
        bundle.Linux["seccomp"] = Profile("/" + new string('x', 200));
        bundle.RunFails("SeccompListenerMissing");
    }
}
