using System.Text;

namespace PSContainer.Tests.Unit.Archives;

/// <summary>An archive made byte by byte, so that the reader is not tested with the writer's own mistakes.</summary>
internal sealed class RawTar
{
    private readonly MemoryStream _bytes = new();

    /// <param name="edit">Changes the block before its checksum is made.</param>
    public RawTar Header(string name, char type = '0', string size = "00000000000", string link = "", Action<byte[]>? edit = null, string magic = "ustar\000")
    {
        var block = new byte[512];
        Put(block, 0, name);
        Put(block, 100, "0000644\0");
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, size);
        Put(block, 136, "00000000000");
        block[156] = (byte)type;
        Put(block, 157, link);
        Put(block, 257, magic);
        edit?.Invoke(block);
        Put(block, 148, "        ");
        Put(block, 148, Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0') + "\0 ");
        return Raw(block);
    }

    /// <summary>A header with its content, padded.</summary>
    public RawTar Entry(string name, string content, char type = '0', string link = "", Action<byte[]>? edit = null, string magic = "ustar\000")
        => Header(name, type, Octal(content.Length), link, edit, magic).Content(content);

    public RawTar Content(string content) => Raw(Encoding.Latin1.GetBytes(content)).Raw(new byte[-content.Length & 511]);

    /// <summary>A pax header with these records, whose length is counted here.</summary>
    public RawTar Pax(params string[] records) => Entry("PaxHeaders/x", string.Concat(records.Select(Record)), 'x');

    public RawTar Raw(byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public byte[] End() => Raw(new byte[1024])._bytes.ToArray();

    public byte[] Cut() => _bytes.ToArray();

    public static void Put(byte[] block, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, offset);

    public static string Octal(long number) => Convert.ToString(number, 8).PadLeft(11, '0');

    private static string Record(string record)
    {
        int length = record.Length + 3;
        while (true)
        {
            string whole = $"{length} {record}\n";
            if (whole.Length == length) return whole;
            length = whole.Length;
        }
    }
}
