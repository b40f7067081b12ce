using System.Net.Sockets;
using System.Security.Cryptography;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Networks;

/// <summary>TCP through the supervisor: every byte, each way's own end, failure as failure, and nothing kept that is not needed.</summary>
public sealed class RelayTests : IDisposable
{
    // More than all buffers on the way hold together.
    private const int Much = 64 << 20;

    // Pipes that the supervisor keeps for the next ones: eight, of two descriptors each.
    private const int Spare = 16;

    private readonly RelayedPort _port = new();

    public void Dispose() => _port.Dispose();

    [SystemFact("::1")]
    public async Task What_goes_both_ways_at_once_arrives_byte_for_byte()
    {
        (Socket client, Socket server) = await _port.Connect();
        using (client)
        using (server)
        {
            Task<string> asked = Send(client, Much, 1), answered = Send(server, Much, 2), atServer = Receive(server), atClient = Receive(client);
            Assert.Equal(await asked, await atServer);
            Assert.Equal(await answered, await atClient);
            Assert.NotEqual(await asked, await answered);
        }
    }

    [SystemFact("::1")]
    public async Task Who_has_ended_its_side_still_gets_the_answer()
    {
        (Socket client, Socket server) = await _port.Connect();
        using (client)
        using (server)
        {
            Assert.Equal(await Send(client, 1000, 1), await Receive(server));
            Task<string> answer = Send(server, 1 << 20, 2), read = Receive(client);
            Assert.Equal(await answer, await read);
        }
    }

    [SystemFact("::1")]
    public async Task A_reader_that_pauses_makes_the_sender_wait_and_not_the_supervisor_spin()
    {
        (Socket client, Socket server) = await _port.Connect();
        using (client)
        using (server)
        {
            long sent = 0;
            Task<string> answer = Send(server, Much, 1, count => Volatile.Write(ref sent, count));
            await Rest(() => Volatile.Read(ref sent));
            Assert.InRange(sent, 1, Much - 1);
            long before = _port.Ticks;
            Thread.Sleep(500);
            // One that spins has used some 50; on a machine so busy that it got fewer, this sees nothing.
            Assert.InRange(_port.Ticks - before, 0, 15);
            Assert.Equal(await Receive(client), await answer);
        }
    }

    [SystemFact("::1")]
    public async Task Two_hundred_at_once_get_what_is_theirs_and_cost_their_sockets_alone_while_they_are_silent()
    {
        const int many = 200, much = 100_000;
        int before = _port.Descriptors;
        var pairs = new List<(Socket Client, Socket Server)>();
        for (int i = 0; i < many; i++) pairs.Add(await _port.Connect());
        await Task.WhenAll(pairs.Select((pair, i) => Task.Run(async () =>
        {
            // Which client's end a server's is, the first bytes tell.
            await pair.Client.SendAsync(BitConverter.GetBytes(i));
            var number = new byte[4];
            await pair.Server.ReceiveAsync(number).WaitAsync(Machine.Patience);
            Assert.Equal(i, BitConverter.ToInt32(number));
        })));
        Assert.InRange(_port.Descriptors, before + 2 * many, before + 2 * many + Spare);

        string[][] hashes = await Task.WhenAll(pairs.Select((pair, i) => Task.WhenAll(Send(pair.Client, much, i), Receive(pair.Server), Send(pair.Server, much, many + i), Receive(pair.Client))));
        Assert.All(hashes, four => Assert.Equal((four[0], four[2]), (four[1], four[3])));
        Assert.Equal(2 * many, hashes.SelectMany(four => four).Distinct().Count());
        foreach ((Socket client, Socket server) in pairs)
        {
            client.Dispose();
            server.Dispose();
        }
        Pscontainer.Eventually(() => _port.Descriptors <= before + Spare, "the connections' descriptors are closed");
    }

    [SystemTheory("::1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_of_one_side_is_a_reset_for_the_other_and_nobody_else_minds(bool ofClient)
    {
        (Socket client, Socket server) = await _port.Connect();
        (Socket broken, Socket told) = ofClient ? (client, server) : (server, client);
        // In the middle of what the other side sends.
        Task<string> sending = Send(told, Much, 1);
        Assert.NotEqual(0, await broken.ReceiveAsync(new byte[1000]).WaitAsync(Machine.Patience));
        broken.LingerState = new LingerOption(true, 0);
        broken.Dispose();
        SocketError error = (await Assert.ThrowsAsync<SocketException>(() => sending.WaitAsync(Machine.Patience))).SocketErrorCode;
        // EPIPE, where the reset was seen before.
        Assert.Contains(error, (SocketError[])[SocketError.ConnectionReset, SocketError.Shutdown]);
        told.Dispose();
        await AssertServes();
    }

    [SystemFact("::1", "prlimit")]
    public async Task Without_a_descriptor_for_a_pipe_bytes_are_copied_and_who_comes_then_waits()
    {
        int[] taken = [.. Directory.GetFiles($"/proc/{_port.Supervisor}/fd").Select(path => int.Parse(Path.GetFileName(path)))];
        // Room for the two sockets of one connection.
        int last = Enumerable.Range(0, int.MaxValue).Where(number => !taken.Contains(number)).ElementAt(1);
        Outcome limited = Outcome.Of("prlimit", "--pid", $"{_port.Supervisor}", $"--nofile={last + 1}");
        Assert.True(limited.Code == 0, limited.ToString());

        (Socket client, Socket server) = await _port.Connect();
        using Socket waiting = await _port.Ask();
        Task<string> asked = Send(client, 1 << 20, 1), atServer = Receive(server);
        Assert.Equal(await asked, await atServer);
        Task<string> answered = Send(server, 1 << 20, 2), atClient = Receive(client);
        Assert.Equal(await answered, await atClient);
        client.Dispose();
        server.Dispose();
        using Socket next = await _port.Answer();
        Task<string> late = Send(waiting, 1000, 3);
        Assert.Equal(await late, await Receive(next));
    }

    private async Task AssertServes()
    {
        (Socket client, Socket server) = await _port.Connect();
        using (client)
        using (server) Assert.Equal(await Send(client, 1000, 3), await Receive(server));
    }

    // Sends bytes that look like chance, and its end; their hash.
    private static async Task<string> Send(Socket socket, int length, int seed, Action<long>? progress = null)
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int done = 0; done < length;)
        {
            var bytes = new byte[Math.Min(random.Next(1, 200_000), length - done)];
            random.NextBytes(bytes);
            hash.AppendData(bytes);
            for (int sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent));
            done += bytes.Length;
            progress?.Invoke(done);
        }
        socket.Shutdown(SocketShutdown.Send);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // Takes all until the end; its hash.
    private static async Task<string> Receive(Socket socket)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[100_000];
        int count;
        while ((count = await socket.ReceiveAsync(buffer).WaitAsync(Machine.Patience)) > 0) hash.AppendData(buffer, 0, count);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // Until the number is above zero and has stayed the same for a while.
    private static async Task Rest(Func<long> number)
    {
        long before = 0;
        for (int same = 0; same < 40; before = number())
        {
            await Task.Delay(10);
            same = number() == before && before > 0 ? same + 1 : 0;
        }
    }
}
