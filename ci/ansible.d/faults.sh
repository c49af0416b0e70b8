# Faults that are planted in a copy of ansible/, one at a time, and have to be found. Sourced after steps.sh.
# shellcheck shell=bash
: "${out:?}" "${work:?}"

copy=$work/faulty
missed=0

# plant FILE OLD NEW: in a fresh copy, OLD becomes NEW; `$` is the end of the file.
plant() {
  rm -rf "$copy"
  cp -r ansible "$copy"
  FILE=$copy/$1 OLD=$2 NEW=$3 python3 -c '
import os
from pathlib import Path
file, old, new = Path(os.environ["FILE"]), os.environ["OLD"], os.environ["NEW"]
text = file.read_text()
assert old == "$" or old in text, "nothing to plant a fault in"
file.write_text(text + new if old == "$" else text.replace(old, new, 1))'
}
task() { plant roles/kernel/tasks/main.yml '$' $'\n- name: A fault\n'"$1"; }

# Of a play, its last task, which is the one that failed; all of what others said.
failure() { tac "$work/faulty.log" | sed '/^TASK/q' | tac; }

# found WORDS COMMAND...: it fails, and for that reason.
found() {
  local words=$1
  shift
  if "$@" >"$work/faulty.log" 2>&1; then
    echo "MISSED  $words"
    missed=1
  elif grep -qE -- "$words" <<<"$(failure)"; then
    printf 'found   %s\n' "$(grep -m 1 -E -- "$words" <<<"$(failure)" | cut -c 1-110)"
  else
    tail -n 15 "$work/faulty.log"
    echo "MISSED  $words: it failed for the reason above"
    missed=1
  fi
}

all_found() { [ $missed -eq 0 ] || { echo "ci/ansible: a planted fault was not found" >&2; return 1; }; }

lint_file() { (cd "$copy" && ansible-lint --nocolor --strict "$1"); }

in_files() {
  local tasks=roles/kernel/tasks/main.yml
  task $'  ansible.builtin.apt:\n    name: curl\n    state: latest\n'
  found 'package-latest' lint_file $tasks
  task $'  ansible.builtin.command: touch /tmp/fault\n'
  found 'no-changed-when' lint_file $tasks
  task $'  ansible.builtin.copy:\n    content: fault\n    dest: /etc/fault\n'
  found 'risky-file-permissions' lint_file $tasks
  task $'  apt:\n    name: curl\n'
  found 'fqcn' lint_file $tasks
  plant roles/shop/tasks/release.yml '    version: "{{ shop_revision }}"' '    depth: 1'
  found 'latest\[git\]' lint_file roles/shop/tasks/release.yml
  plant group_vars/shops.yml '$' $'shop_registry_password: correct-horse\n'
  found 'shop_registry_password has a value' python3 ci/ansible.d/secrets.py "$copy"
}

with_fault() { play faulty "$copy/site.yml" --tags "$1" && play faulty ansible/verify.yml; }

# fault TAG FILE OLD NEW WORDS: the host is set up like that, and found not to be as it should, or that is refused at once.
fault() {
  plant "$2" "$3" "$4"
  found "$5" with_fault "$1"
  play mended ansible/site.yml --tags "$1" >"$work/mended.log" 2>&1 || { tail -n 20 "$work/mended.log"; return 1; }
}

# A release that nobody signed: the role takes the project and the release to the host, and ci/deploy refuses it there.
unsigned() {
  rm -rf "$work/release" "$work/project.git"
  git clone --quiet --bare . "$work/project.git"
  docker cp "$work/project.git" "$(cat "$work/id"):/srv/project.git"
  docker exec "$(cat "$work/id")" chown -R root: /srv/project.git
  mkdir "$work/release"
  printf 'revision=%s\n' "$(git rev-parse HEAD)" | tee "$work/release/about" >"$work/release/SHA256SUMS"
  found 'is not what was signed' play unsigned ansible/site.yml --tags shop --extra-vars \
    "shop_release=$work/release shop_repository=/srv/project.git shop_revision=$(git rev-parse HEAD)"
}

on_the_host() {
  local sshd=roles/ssh/templates/sshd.conf.j2
  task $'  ansible.builtin.command: "true"\n  changed_when: true\n'
  found 'changed once more' unchanged faulty "$copy/site.yml" --tags kernel
  fault ssh $sshd 'PermitRootLogin no' 'PermitRootLogin prohibit-password' 'permitrootlogin no'
  fault ssh $sshd 'PasswordAuthentication no' 'PasswordAuthentication yes' 'passwordauthentication no'
  fault firewall roles/firewall/templates/nftables.conf.j2 'priority filter; policy drop' 'priority filter; policy accept' 'What nobody allowed'
  fault users group_vars/shops.yml 'shop_commands:' $'shop_commands:\n  - /usr/bin/docker' 'Nothing but to deploy'
  fault users roles/users/tasks/main.yml $'name: root\n    password: "*"' $'name: root\n    password: fault' 'Nobody has one'
  fault users group_vars/all.yml 'sudo: [ALL]' 'sudo: []' 'closed for good'
  fault engine roles/engine/defaults/main.yml 'no-new-privileges: true' 'no-new-privileges: false' 'gives no container more'
}
