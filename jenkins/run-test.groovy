// Tests jenkins/run.groovy: what it takes, and what it must not take, each for its reason.
//
//   groovy jenkins/run-test.groovy

def runner = new GroovyShell(getClass().classLoader, new Binding(testing: true)).parse(new File('jenkins/run.groovy'))
def folder = File.createTempDir()
int tests = 0

// attempt CODE WORDS JENKINSFILE [ENVIRONMENT]: what it said, and its plan.
def attempt = { int code, String words, String text, Map from = [:] ->
  def file = new File(folder, 'Jenkinsfile'), plan = new File(folder, 'plan')
  file.text = text
  def said = new ByteArrayOutputStream(), out = System.out, err = System.err
  int got
  try {
    System.out = System.err = new PrintStream(said, true)
    got = runner.perform([file.path, '--plan', plan.path], [BRANCH_NAME: 'main'] + from)
  } finally {
    System.out = out
    System.err = err
  }
  if (got != code || !said.toString().contains(words)) {
    println "wanted code $code and '$words', not code $got and:\n$said\nof:\n$text"
    System.exit(1)
  }
  tests++
  [said: said.toString(), plan: plan.readLines()*.tokenize('\t')]
}
def wanted = { boolean it, String what -> if (!it) { println what; System.exit(1) } }
def stages = { String it -> "pipeline { agent any; stages { $it } }" }

def good = attempt(0, 'both=x.2', stages('''
  stage('a') {
    matrix {
      axes { axis { name 'ONE'; values 'x', 'y' }; axis { name 'TWO'; values '1', '2' } }
      stages { stage('cell') { steps { sh 'echo both=$ONE.$TWO' } } }
    }
  }
  stage('b') { when { changeRequest() }; steps { sh 'exit 1' } }
  stage('c') {
    when { anyOf { branch 'x'; allOf { branch 'main'; not { buildingTag() } } } }
    input { message 'Sure?'; ok 'Yes'; submitterParameter 'WHO' }
    environment { KEY = credentials('key') }
    steps {
      withCredentials([usernamePassword(credentialsId: 'registry', usernameVariable: 'U', passwordVariable: 'P')]) {
        sh 'test "$WHO $KEY $U $P" = "ada@example.com /k user pass:word"'
      }
      sh 'test -z "${P:-}"'
    }
  }'''), [APPROVER: 'ada@example.com', CREDENTIAL_KEY: '/k', CREDENTIAL_REGISTRY: 'user:pass:word'])
wanted(good.plan.size() == 6, "a matrix of two by two, and two commands, not: $good.plan")
wanted(good.plan[-1] == ['c', 'c', 'ran', 'any', 'test -z "${P:-}"', 'key', 'asked'], "another plan: $good.plan")

def apart = attempt(1, 'exits 3', stages('''stage('a') { parallel {
  stage('b') { steps { sh 'exit 3' } }
  stage('c') { steps { sh 'echo reached' }; post { always { sh 'echo after' } } } } }'''))
wanted(apart.plan*.getAt(1) == ['b', 'c', 'c'], "a failure kept a parallel branch from running: $apart.plan")
def caught = attempt(1, 'exits 3', '''pipeline { agent any
  stages { stage('a') { steps { catchError { sh 'exit 3' } } }; stage('b') { steps { sh 'true' } } }
  post { failure { echo 'sorry' } } }''')
wanted(caught.plan.size() == 2 && caught.said.contains('sorry'), "what catchError has caught ended the build, or is forgotten: $caught")
def stopped = attempt(1, 'exits 1', stages('''stage('a') { steps { sh 'exit 1' }; post { failure { echo 'sorry' } } }
  stage('b') { steps { sh 'true' } }'''))
wanted(stopped.plan.size() == 1 && stopped.said.contains('sorry'), "a stage ran after one that failed: $stopped")

attempt(1, 'nobody said yes to: Sure?', stages("stage('a') { input { message 'Sure?' }; steps { sh 'true' } }"))
attempt(1, "no credential 'key'", stages("stage('a') { environment { KEY = credentials('key') }; steps { sh 'true' } }"))
attempt(1, "'script' is unknown in steps", stages("stage('a') { steps { script { sh 'true' } } }"))
attempt(1, "'stagez' is unknown in stages", stages("stagez('a') { steps { sh 'true' } }"))
attempt(1, "nothing was stashed as 'b'", stages("stage('a') { steps { unstash 'b' } }"))
attempt(1, 'junit lacks [testResults]', stages("stage('a') { steps { junit results: 'x' } }"))
attempt(1, 'a when without conditions', stages("stage('a') { when { }; steps { sh 'true' } }"))
attempt(1, 'needs one of steps', stages("stage('a') { steps { sh 'true' }; parallel { } }"))
attempt(1, 'two stages are called', stages("stage('a') { steps { sh 'true' } }; stage('a') { steps { sh 'true' } }"))
attempt(1, "expecting '}'", stages("stage('a') { steps { sh 'true' }"))
attempt(1, 'steps without an agent', "pipeline { agent none; stages { stage('a') { steps { sh 'true' } } } }")
attempt(1, 'no agent', "pipeline { stages { stage('a') { steps { sh 'true' } } } }")
attempt(1, 'has 0 pipelines', "println 'nothing'")
folder.deleteDir()
println "$tests Jenkinsfiles, good and bad"
