import pytest
from tradingsystem_common.settings import ServiceSettings, SettingsError


class Example(ServiceSettings):
    interval: float = 1.0
    database_url: str | None = None


def test_known_variables_are_read_and_converted():
    settings = Example.from_environment({"INTERVAL": "0.5", "DATABASE_URL": "postgresql://x", "PATH": "/bin"})
    assert (settings.interval, settings.database_url) == (0.5, "postgresql://x")


def test_an_empty_variable_counts_as_not_set():
    assert Example.from_environment({"INTERVAL": "", "DATABASE_URL": ""}) == Example()


def test_every_wrong_variable_is_named():
    with pytest.raises(SettingsError, match="INTERVAL"):
        Example.from_environment({"INTERVAL": "soon"})


def test_a_wrong_environment_ends_the_service_with_2(monkeypatch, capsys):
    monkeypatch.setenv("INTERVAL", "soon")
    with pytest.raises(SystemExit) as stop:
        Example.from_environment_or_exit()
    assert stop.value.code == 2
    assert "INTERVAL" in capsys.readouterr().err
