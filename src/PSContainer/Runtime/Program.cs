using PSContainer.Engine;
using PSContainer.Kernel;
using PSContainer.Runtime.Verbs;

namespace PSContainer.Runtime;

internal static class Program
{
    private const string Usage = """
        Usage: pscontainer [--root FOLDER] COMMAND ...

          run [--bundle B] [--pid-file F] [--detach] ID       create, start, wait and delete
          create [--bundle B] [--pid-file F] [--console-socket S] ID
          start ID                                            start what create made
          state ID                                            the OCI state, as JSON
          kill [--all] ID [SIGNAL]                            SIGTERM if none is named
          delete [--force] ID                                 clear a stopped container
          exec [--process F] [--cwd D] [--env N=V] [--user U[:G]] [--cap C] [--tty] ID COMMAND ...
          list [--quiet]                                      all containers here
          plan [--bundle B] [ID]                              the kernel calls that run would make
          enter --target PID [--type T,...] COMMAND ...       into the namespaces of any process
          monitor ID                                          what the module starts: create, start and stay
          sweep                                               take away bridges of networks that nobody is on

        A bundle is a folder with an OCI config.json. Exit status: that of the command, 126 or 127 where it can't be started,
        1 for every other failure.

        """;

    private static int Main(string[] arguments)
    {
        Files.FillStandardStreams();
        try
        {
            var line = new CommandLine(arguments);
            if (line.Flag("version"))
            {
                Text.Out($"pscontainer version {typeof(Program).Assembly.GetName().Version?.ToString(3)}\nspec: {Engine.Spec.RuntimeSpec.SupportedVersion}\n");
                return 0;
            }
            var context = new Context(line);
            switch (line.Next())
            {
                case "run": return RunVerb.Execute(context, line);
                case "create": return CreateVerb.Execute(context, line);
                case "start": return StartVerb.Execute(context, line);
                case "state": return StateVerb.Execute(context, line);
                case "kill": return KillVerb.Execute(context, line);
                case "delete": return DeleteVerb.Execute(context, line);
                case "exec": return ExecVerb.Execute(context, line);
                case "enter": return EnterVerb.Execute(context, line);
                case "list": return ListVerb.Execute(context, line);
                case "plan": return PlanVerb.Execute(context, line);
                case "sweep": return SweepVerb.Execute(context);
                case "monitor": return Supervision.MonitorVerb.Execute(context, line);
                case null or "help":
                    Text.Out(Usage);
                    return 0;
                case var unknown:
                    throw new EngineException("CommandUnknown", Reason.InvalidInput, $"'{unknown}' is no command of pscontainer.", "'pscontainer help' lists them.");
            }
        }
        catch (EngineException failure)
        {
            return Report(failure);
        }
        catch (KernelException failure)
        {
            return Report(new EngineException("StepFailed", Reason.Failed, failure.Message, null, failure));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Report(new EngineException("FileFailed", Reason.Failed, failure.Message, null, failure));
        }
    }

    private static int Report(EngineException failure)
    {
        if (Reply.IsWanted) Reply.Failure(failure);
        else Text.Error(failure.Message + (failure.Advice is null ? "" : " " + failure.Advice));
        return failure.Id switch
        {
            "CommandNotFound" => 127,
            "CommandNotExecutable" => 126,
            _ => 1,
        };
    }
}
