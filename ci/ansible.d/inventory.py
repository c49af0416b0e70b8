"""Prints the inventory of the throw-away host.

    inventory.py ADDRESS DIR RUNNER

DIR has its key (ci/ansible.d/host). RUNNER: true where GitLab's runner is set up as well.
"""

import json
import sys
from pathlib import Path

address, folder, runner = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "true"
key = (folder / "key.pub").read_text().strip()
host = {
    "ansible_host": address,
    "ansible_user": "operator",
    "ansible_ssh_private_key_file": str(folder / "key"),
    "ansible_ssh_common_args": f"-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={folder}/known_hosts -o IdentitiesOnly=yes",
    "operator_keys": [key],
    "deploy_keys": [key],
    "jenkins_keys": [key],
    "jenkins_agent_wanted": True,
    "gitlab_runner_wanted": runner,
    # Nobody's: it is asked for, and refused, by nobody here.
    "gitlab_runner_token": "glrt-none",
    "shop_registry": "127.0.0.1:5000",
    "shop_signing_key": str(folder / "signing/key.pub"),
    "shop_approval_key": str(folder / "approval/key.pub"),
}
# JSON is YAML.
print(json.dumps({"all": {"children": {"shops": {"hosts": {"host": host}}}}}, indent=2))
