# shellcheck shell=bash
verb_status() { engine_answers && registry_ok; }
