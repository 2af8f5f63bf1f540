{{/*
The container, in the pod of a model or in one of its own: {root, sidecar, more, env}. `more` are
fields of the container, `env` is a list of variables.
*/}}
{{- define "boxkited.container" -}}
{{- $values := .root.Values -}}
- name: boxkited
  image: {{ printf "%s:%s" $values.image.repository (default .root.Chart.AppVersion $values.image.tag) }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
{{- with .more }}
{{ toYaml . | indent 2 }}
{{- end }}
  ports:
{{- if not .sidecar }}
    - name: predictions
      containerPort: 9810
{{- end }}
    - name: metrics
      containerPort: 9811
  env:
    - name: BOXKITED_LISTENERS
{{- if .sidecar }}
      value: >-
        [{"http":"127.0.0.1:9810","serves":["predictions","admin"]},
        {"http_unix":"/run/boxkited/http.sock","mode":"0666","serves":["predictions"]},
        {"http":"0.0.0.0:9811","serves":["metrics"]}]
{{- else }}
      value: >-
        [{"http":"0.0.0.0:9810","serves":["predictions"],"token_file":"/run/secrets/boxkited/token"},
        {"http":"0.0.0.0:9811","serves":["metrics"]},
        {"http":"127.0.0.1:9812","serves":["admin"]}]
{{- end }}
    - name: BOXKITED_BASELINE
      value: /artefact/histogram.prom
{{ include "boxkited.identity" . | indent 4 }}
    - name: BOXKITED_DRIFT_STATE_DIRECTORY
      value: /var/lib/boxkited/drift
    - name: BOXKITED_PREDICTION_LOG_RETENTION_BYTES
      value: {{ (ternary $values.log.retentionBytes $values.standalone.retentionBytes .sidecar) | int64 | toString | quote }}
    - name: BOXKITED_PREDICTION_LOG_QUEUE_BYTES
      value: {{ $values.queueBytes | int64 | toString | quote }}
    - name: BOXKITED_LIMITS_BODY_BYTES
      value: {{ $values.bodyBytes | int64 | toString | quote }}
{{- with .env }}
{{ toYaml . | indent 4 }}
{{- end }}
{{- range $name, $value := $values.env }}
    - name: {{ $name }}
      value: {{ $value | toString | quote }}
{{- end }}
  startupProbe:
    httpGet:
      path: /readyz
      port: metrics
    periodSeconds: 1
    failureThreshold: 60
  livenessProbe:
    httpGet:
      path: /livez
      port: metrics
    periodSeconds: 10
    failureThreshold: 3
{{- if not .sidecar }}
  readinessProbe:
    httpGet:
      path: /readyz
      port: metrics
    periodSeconds: 5
{{- end }}
  resources:
{{ toYaml $values.resources | indent 4 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: ["ALL"]
    seccompProfile:
      type: RuntimeDefault
  volumeMounts:
    - name: boxkited-log
      mountPath: /var/lib/boxkited
{{- if .sidecar }}
    - name: boxkited-sockets
      mountPath: /run/boxkited
{{- else }}
    - name: boxkited-token
      mountPath: /run/secrets/boxkited
      readOnly: true
{{- end }}
    - name: boxkited-baseline
      mountPath: /artefact
      readOnly: true
{{- end }}

{{/* Whose predictions these are: of the pod's model, or of the endpoint that the values name. */}}
{{- define "boxkited.identity" -}}
{{- $label := dict "fieldRef" (dict "fieldPath" "metadata.labels['app.kubernetes.io/name']") -}}
{{- $endpoint := ternary (dict "valueFrom" $label) (dict "value" .root.Values.standalone.endpoint) .sidecar -}}
- name: BOXKITED_IDENTITY_ENDPOINT_ID
{{ toYaml $endpoint | indent 2 }}
- name: BOXKITED_IDENTITY_LOGGER_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: BOXKITED_IDENTITY_REPLICA_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: BOXKITED_IDENTITY_SERVER_ID
{{ toYaml $endpoint | indent 2 }}
{{- end }}

{{- define "boxkited.standaloneLabels" -}}
app.kubernetes.io/name: boxkited
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "boxkited.objectLabels" -}}
{{ include "boxkited.standaloneLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The pods that Prometheus scrapes and the policy concerns. */}}
{{- define "boxkited.podSelector" -}}
{{- if .Values.standalone.enabled -}}
{{ include "boxkited.standaloneLabels" . }}
{{- else -}}
{{ include "boxkited.podLabels" . }}
{{- end }}
{{- end }}

{{- define "boxkited.name" -}}
{{- if contains "boxkited" .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-boxkited" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
