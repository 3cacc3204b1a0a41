import stat

import pytest

from bakehouse.build import ca
from bakehouse.errors import ConfigError


@pytest.fixture(autouse=True)
def bare_host(monkeypatch, tmp_path):
    system = tmp_path / "system.crt"
    system.write_text("SYSTEM\n")
    monkeypatch.setattr(ca, "SYSTEM_BUNDLES", (system,))
    monkeypatch.setattr(ca, "LOCAL_ANCHORS", (tmp_path / "anchors",))
    return system


def test_a_host_without_extra_authorities_needs_nothing():
    assert ca.detect("auto", env={}) is None
    assert ca.detect("off", env={"SSL_CERT_FILE": "/dev/null"}) is None


def test_local_anchors_ask_for_the_system_bundle(tmp_path, bare_host):
    (tmp_path / "anchors").mkdir()
    assert ca.detect("auto", env={}) is None
    (tmp_path / "anchors" / "company.crt").write_text("C")
    found = ca.detect("auto", env={})
    assert found is not None
    assert found.files == (bare_host,)


def test_a_clients_variable_adds_its_file_to_the_systems(tmp_path, bare_host):
    own = tmp_path / "own.pem"
    own.write_text("OWN")
    found = ca.detect("auto", env={"NODE_EXTRA_CA_CERTS": str(own)})
    assert found is not None
    secrets = ca.write_secrets(found, tmp_path)
    bundle = tmp_path / "ca.pem"
    assert bundle.read_text() == "SYSTEM\nOWN\n"
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert [s.id for s in secrets] == [ca.SECRET_ID, ca.APT_SECRET_ID]


def test_a_configured_bundle_that_is_not_there_is_an_error():
    with pytest.raises(ConfigError) as caught:
        ca.detect("/nowhere.pem", env={})
    assert "off" in caught.value.hint
