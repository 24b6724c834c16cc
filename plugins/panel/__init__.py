# SPDX-License-Identifier: Apache-2.0
"""What every host's panel shares: a link to the companion, the panel's state, its problems in words.

Standard library only, Python 3.8 or newer, no threads: everything moves when the host's timer calls ``tick``.
"""
