"""`temptrack doctor`: checks every link of the chain and names the next step for each broken one."""

import typer

from temptrack.cli.choices import AsJson, BundleName, DeviceName, ServerAddress


def doctor(
    server: ServerAddress = None,
    bundle: BundleName = None,
    device: DeviceName = "auto",
    as_json: AsJson = False,
) -> None:
    """Check every link of the chain and say what to do about each broken one."""
    from temptrack.cli.screen import answers, print_json
    from temptrack.cli.tables import check_lines
    from temptrack.seat.checks import examine
    from temptrack.seat.reports import DoctorReport

    checks = examine(server=server, bundle=bundle, device=device)
    broken = [check for check in checks if check.state == "broken"]
    if as_json:
        print_json(DoctorReport(healthy=not broken, checks=tuple(checks)))
    else:
        console = answers()
        console.print(check_lines(checks), soft_wrap=True)
        if broken:
            links = "one link is" if len(broken) == 1 else f"{len(broken)} links are"
            console.print(f"\n[bold red]{links} broken.[/] Start with the first.")
        else:
            console.print("\n[green]Everything works.[/]")
    if broken:
        raise typer.Exit(broken[0].exit_code or 4)
