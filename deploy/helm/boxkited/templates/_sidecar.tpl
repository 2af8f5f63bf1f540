{{/*
The sidecar, for the pod of a model's chart that has this one as a dependency named boxkited:

  metadata:
    labels: {{- include "boxkited.podLabels" .Subcharts.boxkited | nindent 8 }}
    annotations: {{- include "boxkited.podAnnotations" .Subcharts.boxkited | nindent 8 }}
  spec:
    initContainers: {{- include "boxkited.sidecar" .Subcharts.boxkited | nindent 8 }}
    volumes: {{- include "boxkited.volumes" .Subcharts.boxkited | nindent 8 }}

Before Kubernetes 1.29 it is "boxkited.classicSidecar" below `containers`. The pod has the label
app.kubernetes.io/name, which becomes the name of the endpoint. The model server sends predictions
to 127.0.0.1:9810, or mounts the volume boxkited-sockets and sends them to http.sock there.
*/}}

{{- define "boxkited.sidecar" -}}
{{ include "boxkited.container" (dict "root" . "sidecar" true "more" (dict "restartPolicy" "Always")) }}
{{- end }}

{{- define "boxkited.classicSidecar" -}}
{{- $delay := dict "name" "BOXKITED_SHUTDOWN_DELAY_MS" "value" (.Values.shutdownDelayMilliseconds | int64 | toString) -}}
{{ include "boxkited.container" (dict "root" . "sidecar" true "env" (list $delay)) }}
{{- end }}

{{- define "boxkited.podLabels" -}}
boxkited/sidecar: "true"
boxkited/release: {{ .Release.Name | quote }}
{{- end }}

{{- define "boxkited.podAnnotations" -}}
{{- if .Values.annotations -}}
prometheus.io/scrape: "true"
prometheus.io/port: "9811"
prometheus.io/path: /metrics
{{- else -}}
{}
{{- end }}
{{- end }}

{{- define "boxkited.volumes" -}}
- name: boxkited-log
{{ toYaml .Values.log.volume | indent 2 }}
- name: boxkited-sockets
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{ include "boxkited.baselineVolume" . }}
{{- end }}

{{- define "boxkited.baselineVolume" -}}
- name: boxkited-baseline
{{- with .Values.baseline.volume }}
{{ toYaml . | indent 2 }}
{{- else }}
  configMap:
    name: {{ .Values.baseline.configMap }}
{{- end }}
{{- end }}
