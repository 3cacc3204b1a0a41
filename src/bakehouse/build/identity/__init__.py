"""Identities: a plan and the files it would build from go in, one digest for each target comes out.

    subject            what is asked about: a planned target, or a service at any revision
    reading, demand    a Dockerfile -> the instructions, files, images and secrets that a build of it can see
    selection          sources under an ignore file -> the paths that are taken
    content_digests    contents, remembered by the stamps of files
    images             external images -> digests, and whether ONBUILD triggers would interfere
    identify, collected  all of it -> Identity

Read docs/explanation/identity.md first: it says what is in an identity, what is not, and why it may only err on
the side of building.
"""
