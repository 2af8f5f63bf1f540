// Renders a chart as Helm does, as far as this project's charts go: Go's templates, sprig's
// functions, `include`, `toYaml`, `required`, and dependencies below charts/.
//
//	render_chart CHART VALUES.json RELEASE NAMESPACE
//
// prints the objects, each after the line `---`; what begins with `_` and NOTES.txt gives none.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
)

type object = map[string]interface{}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "render_chart:", err)
		os.Exit(1)
	}
}

func read(path string) (value object) {
	text, err := os.ReadFile(path)
	check(err)
	check(yaml.Unmarshal(text, &value))
	return value
}

// What `over` says replaces what `under` says, key by key.
func merge(under, over object) object {
	merged := object{}
	for key, value := range under {
		merged[key] = value
	}
	for key, value := range over {
		inner, isMap := value.(object)
		below, wasMap := merged[key].(object)
		if isMap && wasMap {
			value = merge(below, inner)
		}
		merged[key] = value
	}
	return merged
}

// One chart and those it depends on, as templates see them.
type chart struct {
	path    string
	context object
}

func load(path string, values, release object) []chart {
	about := object{}
	for key, value := range read(filepath.Join(path, "Chart.yaml")) {
		about[strings.ToUpper(key[:1])+key[1:]] = value
	}
	values = merge(read(filepath.Join(path, "values.yaml")), values)
	below := object{}
	context := object{"Chart": about, "Values": values, "Release": release, "Subcharts": below}
	all := []chart{{path, context}}
	paths, err := filepath.Glob(filepath.Join(path, "charts", "*"))
	check(err)
	for _, each := range paths {
		name := filepath.Base(each)
		own, _ := values[name].(object)
		inner := load(each, own, release)
		below[name] = inner[0].context
		all = append(all, inner...)
	}
	return all
}

func functions(all *template.Template) template.FuncMap {
	more := sprig.TxtFuncMap()
	more["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	more["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	more["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	return more
}

func main() {
	if len(os.Args) != 5 {
		check(errors.New("expected CHART VALUES.json RELEASE NAMESPACE"))
	}
	var values object
	text, err := os.ReadFile(os.Args[2])
	check(err)
	check(json.Unmarshal(text, &values))
	release := object{"Name": os.Args[3], "Namespace": os.Args[4], "Service": "Helm"}

	all := template.New("").Option("missingkey=zero")
	all.Funcs(functions(all))
	contexts := map[string]object{}
	for _, each := range load(os.Args[1], values, release) {
		paths, err := filepath.Glob(filepath.Join(each.path, "templates", "*"))
		check(err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			check(err)
			_, err = all.New(path).Parse(string(text))
			check(err)
			contexts[path] = each.context
		}
	}
	var paths []string
	for path := range contexts {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		var text bytes.Buffer
		check(all.ExecuteTemplate(&text, path, contexts[path]))
		if name := filepath.Base(path); strings.HasPrefix(name, "_") || name == "NOTES.txt" {
			continue
		}
		fmt.Printf("---\n%s\n", text.String())
	}
}
