# The agent `debian`: what the jobs of ci/ need, Java, and a door for the controller alone.
FROM rust:1.95-trixie
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends \
      chromium curl default-jre-headless git golang-go groovy minisign nodejs npm openssh-server postgresql python3-venv rsync \
      shellcheck skopeo && \
    rm -rf /var/lib/apt/lists/* && \
    rustup component add clippy rustfmt && \
    mkdir -p /run/sshd /home/jenkins
# The jobs find Rust also where sshd starts them.
RUN printf 'PATH=%s\nCARGO_HOME=%s\nRUSTUP_HOME=%s\n' "$PATH" "$CARGO_HOME" "$RUSTUP_HOME" >>/etc/environment
EXPOSE 22
# Root of the container, because the jobs install Debian's packages; by the controller's key only.
CMD ["/usr/sbin/sshd", "-D", "-e", "-o", "PermitRootLogin=prohibit-password", "-o", "PasswordAuthentication=no", "-o", "AuthorizedKeysFile=/run/secrets/agent_key_pub", "-o", "StrictModes=no"]
