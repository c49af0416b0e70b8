# The controller: Jenkins, its plugins, and its configuration as code. It schedules and records; it builds nothing.
FROM jenkins/jenkins:2.528.3-lts-jdk21
COPY plugins.txt /usr/share/jenkins/ref/plugins.txt
RUN jenkins-plugin-cli --plugin-file /usr/share/jenkins/ref/plugins.txt
COPY jenkins.yaml /usr/share/jenkins/ref/jenkins.yaml
ENV CASC_JENKINS_CONFIG=/usr/share/jenkins/ref/jenkins.yaml \
    JAVA_OPTS="-Djenkins.install.runSetupWizard=false"
