from temptrack.cli.steady_progress import LogLines


def test_a_log_gets_a_line_at_the_start_now_and_then_and_at_the_end_with_the_time_left() -> None:
    now, lines = [0.0], list[str]()
    told = LogLines({"asking": "Asking", "writing": "Writing"}, lambda: now[0], lines.append)
    for second in range(0, 101, 10):
        now[0] = float(second)
        told("asking", second, 100)
    told("writing", 0, 3)
    told("writing", 1, 3)
    told("writing", 3, 3)
    assert lines == [
        "Asking: 0 of 100",
        "Asking: 30 of 100, about 1:10 left",
        "Asking: 60 of 100, about 0:40 left",
        "Asking: 90 of 100, about 0:10 left",
        "Asking: 100 of 100",
        "Writing: 0 of 3",
        "Writing: 3 of 3",
    ]
