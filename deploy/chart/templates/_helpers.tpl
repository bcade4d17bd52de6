{{- /* The labels of a workload: (dict "root" $ "name" "scorer"). The selector is the first two, and never changes. */ -}}
{{- define "vigie.labels" -}}
{ app.kubernetes.io/name: {{ .name }}, app.kubernetes.io/part-of: vigie, app.kubernetes.io/managed-by: {{ .root.Release.Service }} }
{{- end }}

{{- define "vigie.image" -}}
{{ .root.Values.image.repository }}:{{ .tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- /* Ports of the services: VIGIE_PORT_BASE and what each adds. */ -}}
{{- define "vigie.port" -}}
{{ get (dict "ingestor" 7410 "scorer" 7411 "archiver" 7412 "notifier" 7413 "console" 7414) . }}
{{- end }}

{{- /* What every process reads; no secret. Written out for each, because hooks run before any ConfigMap of the chart is there. */ -}}
{{- define "vigie.commonEnv" -}}
- { name: VIGIE_HOST, value: 0.0.0.0 }
- { name: VIGIE_LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
- { name: KAFKA_BROKERS, value: {{ .Values.kafka.brokers | quote }} }
{{- if .Values.kafka.prefix }}
- { name: KAFKA_PREFIX, value: {{ .Values.kafka.prefix | quote }} }
{{- end }}
{{- if .Values.kafka.tls }}
- { name: KAFKA_TLS, value: 'true' }
{{- if .Values.kafka.ownAuthority }}
- { name: KAFKA_TLS_CA_FILE, value: /run/secrets/vigie/kafka_ca.pem }
{{- end }}
{{- end }}
{{- if ne .Values.kafka.saslMechanism "none" }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .Values.kafka.saslMechanism | quote }} }
{{- end }}
{{- if eq .Values.kafka.saslMechanism "oauthbearer" }}
- { name: KAFKA_OAUTH_TOKEN_URL, value: {{ required "kafka.saslMechanism is oauthbearer: kafka.oauth.tokenUrl must say where tokens are had" .Values.kafka.oauth.tokenUrl | quote }} }
- { name: KAFKA_OAUTH_SCOPE, value: {{ .Values.kafka.oauth.scope | quote }} }
- { name: KAFKA_OAUTH_EXTENSIONS, value: {{ .Values.kafka.oauth.extensions | quote }} }
{{- end }}
- { name: CLICKHOUSE_URL, value: {{ .Values.clickhouse.url | quote }} }
- { name: VIGIE_FRAMES_SIGNED_SINCE, value: {{ .Values.kafka.framesSignedSince | quote }} }
{{- if .Values.rules }}
- { name: VIGIE_RULES_DIR, value: /etc/vigie/rules }
{{- end }}
{{- if .Values.lists }}
- { name: VIGIE_LISTS_DIR, value: /etc/vigie/lists }
{{- end }}
{{- if .Values.clinics }}
- { name: VIGIE_CLINICS_FILE, value: /etc/vigie/clinics/clinics.csv }
{{- end }}
{{- if .Values.extraAuthorities }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/vigie/authorities/ca.pem }
{{- end }}
{{- range $name, $value := .Values.env }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- /* Files that change: ConfigMaps as folders, so that a new content is seen. */ -}}
{{- define "vigie.registers" -}}
{{- if .Values.rules }}
- rules
{{- end }}
{{- if .Values.lists }}
- lists
{{- end }}
{{- if .Values.clinics }}
- clinics
{{- end }}
{{- end }}

{{- /*
A pod: (dict "root" $ "name" .. "command" (list ..) "kafka" bool "clickhouse" bool "files" (dict VARIABLE key) "keys" (list ..) "env" (dict ..)
"resources" .. "port" n "ports" (list ..) "tag" .. "data" "1Gi" or "" for a claim "restart" "OnFailure" "hook" bool "preStop" bool "spread" bool).
Users at Kafka and ClickHouse are each workload's own, and it mounts the keys that it reads, and no others.
*/ -}}
{{- define "vigie.pod" -}}
{{- $ := .root -}}
{{- $dot := . -}}
{{- $name := .name -}}
{{- $byPassword := dict "kafka" (and .kafka (ne $.Values.kafka.saslMechanism "none")) "clickhouse" (and .clickhouse $.Values.clickhouse.passwords) -}}
{{- $keys := concat (ternary (list (printf "clickhouse_%s_password" .name)) list (not (not $byPassword.clickhouse))) (ternary (list (printf "kafka_%s_password" .name)) list (not (not $byPassword.kafka))) (values (.files | default dict)) (.keys | default list) -}}
{{- $certificates := dict -}}
{{- range $engine, $variable := dict "kafka" "KAFKA" "clickhouse" "CLICKHOUSE" -}}
{{- $given := get (get $.Values $engine) "clientCertificate" -}}
{{- if and $given.secret (get $dot $engine) }}{{ $_ := set $certificates $engine (merge (dict "variable" $variable) $given) }}{{ end -}}
{{- end -}}
{{- if and $.Values.kafka.clientCertificate.secret (not $.Values.kafka.tls) }}{{ fail "kafka.clientCertificate.secret: certificates are shown over TLS alone; set kafka.tls" }}{{ end -}}
{{- if and (eq $.Values.kafka.saslMechanism "none") (not $.Values.kafka.clientCertificate.secret) }}{{ fail "kafka.saslMechanism is none: kafka.clientCertificate.secret must name the Secrets by which brokers know the workloads" }}{{ end -}}
{{- if and (not $.Values.clickhouse.passwords) (not $.Values.clickhouse.clientCertificate.secret) }}{{ fail "clickhouse.passwords is false: clickhouse.clientCertificate.secret must name the Secrets by which ClickHouse knows the workloads" }}{{ end -}}
{{- if and $.Values.kafka.tls $.Values.kafka.ownAuthority }}{{ $keys = append $keys "kafka_ca.pem" }}{{ end -}}
metadata:
  labels: {{ include "vigie.labels" . }}
spec:
  {{- with .restart }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- if not .hook }}
  serviceAccountName: vigie
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if .port }}
  # A service drains within 20 s; the rest is for the kubelet.
  terminationGracePeriodSeconds: 40
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: { matchLabels: { app.kubernetes.io/name: {{ .name }} } }
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "vigie.image" . }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      command: {{ .command | toJson }}
      env:
        {{- include "vigie.commonEnv" $ | nindent 8 }}
        {{- if $byPassword.kafka }}
        - { name: KAFKA_SASL_USERNAME, value: vigie-{{ .name }} }
        - { name: KAFKA_SASL_PASSWORD_FILE, value: /run/secrets/vigie/kafka_{{ .name }}_password }
        {{- end }}
        {{- if .clickhouse }}
        - { name: CLICKHOUSE_USER, value: vigie_{{ .name }} }
        {{- end }}
        {{- if $byPassword.clickhouse }}
        - { name: CLICKHOUSE_PASSWORD_FILE, value: /run/secrets/vigie/clickhouse_{{ .name }}_password }
        {{- end }}
        {{- range $engine, $one := $certificates }}
        - { name: {{ $one.variable }}_TLS_CERT_FILE, value: /run/secrets/{{ $engine }}/tls.crt }
        - { name: {{ $one.variable }}_TLS_KEY_FILE, value: /run/secrets/{{ $engine }}/tls.key }
        {{- end }}
        {{- range $variable, $key := .files }}
        - { name: {{ $variable }}, value: /run/secrets/vigie/{{ $key }} }
        {{- end }}
        {{- range $variable, $value := .env }}
        - { name: {{ $variable }}, value: {{ $value | quote }} }
        {{- end }}
      {{- if .port }}
      ports:
        - { name: http, containerPort: {{ .port }} }
        {{- range .ports }}
        - { name: {{ .name }}, containerPort: {{ .port }}, protocol: {{ .protocol | default "TCP" }} }
        {{- end }}
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 5
        failureThreshold: 60
      # Red only when work stops moving, not when Kafka or ClickHouse are away.
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- end }}
      {{- if .preStop }}
      # Requests still come for a moment after a pod has begun to end: let the Service forget it first.
      lifecycle:
        preStop: { exec: { command: [sleep, '5'] } }
      {{- end }}
      resources: {{ .resources | toJson }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: tmp, mountPath: /tmp }
        - { name: secrets, mountPath: /run/secrets/vigie, readOnly: true }
        {{- range $engine, $_ := $certificates }}
        - { name: {{ $engine }}-certificate, mountPath: /run/secrets/{{ $engine }}, readOnly: true }
        {{- end }}
        {{- if not .hook }}
        {{- range (include "vigie.registers" $ | fromYamlArray) }}
        - { name: {{ . }}, mountPath: /etc/vigie/{{ . }}, readOnly: true }
        {{- end }}
        {{- end }}
        {{- if $.Values.extraAuthorities }}
        - { name: authorities, mountPath: /etc/vigie/authorities, readOnly: true }
        {{- end }}
  volumes:
    {{- with .data }}
    - name: data
      emptyDir: { sizeLimit: {{ . }} }
    {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    - name: secrets
      secret:
        secretName: {{ $.Values.secret }}
        # 0440, which JSON has no way to write.
        defaultMode: 288
        items:
          {{- range (uniq $keys) }}
          - { key: {{ . }}, path: {{ . }} }
          {{- end }}
    {{- range $engine, $one := $certificates }}
    - name: {{ $engine }}-certificate
      secret:
        secretName: {{ printf $one.secret $name }}
        defaultMode: 288
        items:
          - { key: {{ $one.certificate }}, path: tls.crt }
          - { key: {{ $one.key }}, path: tls.key }
    {{- end }}
    {{- if not .hook }}
    {{- range (include "vigie.registers" $ | fromYamlArray) }}
    - name: {{ . }}
      configMap: { name: vigie-{{ . }} }
    {{- end }}
    {{- end }}
    {{- if $.Values.extraAuthorities }}
    - name: authorities
      configMap: { name: {{ $.Values.extraAuthorities }} }
    {{- end }}
{{- end }}
