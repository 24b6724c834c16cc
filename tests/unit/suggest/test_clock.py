from temptrack.suggest.clock import clock


def test_lengths_read_as_editors_say_them() -> None:
    told = {0.0: "0:00", 59.4: "0:59", 59.6: "1:00", 3599.6: "1:00:00", 3725.0: "1:02:05"}
    assert {seconds: clock(seconds) for seconds in told} == told
