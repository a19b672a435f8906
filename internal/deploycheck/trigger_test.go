package deploycheck

import (
	"encoding/json"
	"slices"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/timer"
)

type trigger struct {
	Name        text      `yaml:"triggerName"`
	Type        text      `yaml:"triggerType"`
	Description text      `yaml:"description"`
	Qualifier   text      `yaml:"qualifier"`
	Config      yaml.Node `yaml:"triggerConfig"` // one of the structs below, by triggerType
}

type timerConfig struct {
	Enable         *bool `yaml:"enable"`
	CronExpression text  `yaml:"cronExpression"`
	Payload        text  `yaml:"payload"`
}

type httpConfig struct {
	AuthType           text   `yaml:"authType"`
	Methods            []text `yaml:"methods"`
	DisableURLInternet bool   `yaml:"disableURLInternet"`
}

type eventBridgeConfig struct {
	TriggerEnable          *bool `yaml:"triggerEnable"`
	AsyncInvocationType    *bool `yaml:"asyncInvocationType"`
	EventRuleFilterPattern text  `yaml:"eventRuleFilterPattern"`
	EventSourceConfig      struct {
		EventSourceType       text `yaml:"eventSourceType"`
		EventSourceParameters struct {
			MNS      *mnsSource      `yaml:"sourceMNSParameters"`
			RocketMQ *rocketMQSource `yaml:"sourceRocketMQParameters"`
			RabbitMQ *rabbitMQSource `yaml:"sourceRabbitMQParameters"`
			Kafka    *kafkaSource    `yaml:"sourceKafkaParameters"`
		} `yaml:"eventSourceParameters"`
	} `yaml:"eventSourceConfig"`
	EventSinkConfig struct {
		DeliveryOption struct {
			EventSchema text `yaml:"eventSchema"`
			Concurrency int  `yaml:"concurrency"`
		} `yaml:"deliveryOption"`
	} `yaml:"eventSinkConfig"`
	RunOptions struct {
		Mode            text `yaml:"mode"`
		MaximumTasks    int  `yaml:"maximumTasks"`
		ErrorsTolerance text `yaml:"errorsTolerance"`
		RetryStrategy   *struct {
			PushRetryStrategy        text `yaml:"PushRetryStrategy"`
			MaximumEventAgeInSeconds int  `yaml:"MaximumEventAgeInSeconds"`
			MaximumRetryAttempts     int  `yaml:"MaximumRetryAttempts"`
		} `yaml:"retryStrategy"`
		DeadLetterQueue *struct {
			Arn text `yaml:"Arn"`
		} `yaml:"deadLetterQueue"`
		BatchWindow *struct {
			CountBasedWindow int `yaml:"CountBasedWindow"`
			TimeBasedWindow  int `yaml:"TimeBasedWindow"`
		} `yaml:"batchWindow"`
	} `yaml:"runOptions"`
}

type mnsSource struct {
	RegionID       text  `yaml:"RegionId"`
	QueueName      text  `yaml:"QueueName"`
	IsBase64Decode *bool `yaml:"IsBase64Decode"`
}

type rocketMQSource struct {
	RegionID   text `yaml:"RegionId"`
	InstanceID text `yaml:"InstanceId"`
	Topic      text `yaml:"Topic"`
	Tag        text `yaml:"Tag"`
	Offset     text `yaml:"Offset"`
	Timestamp  int  `yaml:"Timestamp"`
	GroupID    text `yaml:"GroupID"`
}

type rabbitMQSource struct {
	RegionID        text `yaml:"RegionId"`
	InstanceID      text `yaml:"InstanceId"`
	VirtualHostName text `yaml:"VirtualHostName"`
	QueueName       text `yaml:"QueueName"`
}

type kafkaSource struct {
	RegionID        text `yaml:"RegionId"`
	InstanceID      text `yaml:"InstanceId"`
	Topic           text `yaml:"Topic"`
	ConsumerGroup   text `yaml:"ConsumerGroup"`
	OffsetReset     text `yaml:"OffsetReset"`
	Network         text `yaml:"Network"`
	VpcID           text `yaml:"VpcId"`
	VSwitchIDs      text `yaml:"VSwitchIds"`
	SecurityGroupID text `yaml:"SecurityGroupId"`
}

func checkTrigger(path string, function props, t trigger) problems {
	var found problems
	found.match(path+".triggerName", t.Name, `[a-zA-Z_][a-zA-Z0-9_-]{0,127}`)
	if t.Config.Kind != yaml.MappingNode {
		found.add(path+".triggerConfig", "missing")
		return found
	}
	at := path + ".triggerConfig"
	switch t.Type {
	case "timer":
		return append(found, checkTimer(at, &t.Config)...)
	case "http":
		return append(found, checkHTTP(at, function, &t.Config)...)
	case "eventbridge":
		return append(found, checkEventBridge(at, function, t)...)
	}
	found.oneOf(path+".triggerType", t.Type, "timer", "http", "eventbridge")
	return found
}

func checkTimer(path string, node *yaml.Node) problems {
	var config timerConfig
	found := decodeStrict(node, path, &config)
	if len(found) > 0 {
		return found
	}
	if config.Enable == nil {
		found.add(path+".enable", "missing")
	}
	schedule, err := timer.Parse(string(config.CronExpression))
	if err != nil {
		found.add(path+".cronExpression", "%v", err)
	} else {
		for _, note := range schedule.Notes {
			found.add(path+".cronExpression", "%s", note)
		}
	}
	if err := checkRequest(string(config.Payload)); err != nil {
		found.add(path+".payload", "not a request: %v", err)
	}
	return found
}

func checkHTTP(path string, function props, node *yaml.Node) problems {
	var config httpConfig
	found := decodeStrict(node, path, &config)
	if len(found) > 0 {
		return found
	}
	// jwt would need an authConfig: add its struct when it is wanted
	found.oneOf(path+".authType", config.AuthType, "function", "anonymous")
	if !slices.Equal(config.Methods, []text{"POST"}) {
		found.add(path+".methods", "are %q, must be POST alone: the function takes nothing else", config.Methods)
	}
	variables := function.EnvironmentVariables
	switch auth := variables["WEBHOOK_AUTH"]; {
	case config.AuthType != "anonymous":
	case auth == "gateway":
		found.add(path+".authType", "anonymous with WEBHOOK_AUTH gateway: nobody checks who calls")
	case auth == "" && variables["ROUTES_FILE"] == "":
		found.add(path+".authType", "anonymous needs a WEBHOOK_AUTH that checks a signature or a token")
	}
	return found
}

func checkEventBridge(path string, function props, t trigger) problems {
	var config eventBridgeConfig
	found := decodeStrict(&t.Config, path, &config)
	if len(found) > 0 {
		return found
	}
	if config.TriggerEnable == nil {
		found.add(path+".triggerEnable", "missing")
	}
	if config.AsyncInvocationType == nil {
		found.add(path+".asyncInvocationType", "missing")
	}
	// RawData drops the event's ID and time
	found.oneOf(path+".eventSinkConfig.deliveryOption.eventSchema", config.EventSinkConfig.DeliveryOption.EventSchema, "CloudEvents")
	found = append(found, checkSource(path+".eventSourceConfig", config)...)
	found.oneOf(path+".runOptions.mode", config.RunOptions.Mode, "event-driven", "event-streaming")
	if config.RunOptions.Mode == "event-streaming" {
		found = append(found, checkStream(path+".runOptions", config)...)
	} else {
		found = append(found, checkRule(path+".runOptions", config)...)
	}

	var filter map[string]any
	if err := json.Unmarshal([]byte(config.EventRuleFilterPattern), &filter); err != nil {
		found.add(path+".eventRuleFilterPattern", "not a JSON object: %v", err)
	} else if kind := config.EventSourceConfig.EventSourceType; kind != "Default" && config.RunOptions.Mode == "event-driven" {
		// the source that FC makes for the trigger; with another name the rule never matches
		want := string(kind + "-" + function.FunctionName + "-" + t.Name)
		if sources, _ := filter["source"].([]any); !slices.Contains(sources, any(want)) {
			found.add(path+".eventRuleFilterPattern", "source is %v, must hold %q", filter["source"], want)
		}
	}
	return found
}

func checkSource(path string, config eventBridgeConfig) problems {
	var found problems
	kind, parameters := config.EventSourceConfig.EventSourceType, config.EventSourceConfig.EventSourceParameters
	required := func(source, property string, value text) {
		if value == "" {
			found.add(path+".eventSourceParameters.source"+source+"Parameters."+property, "missing")
		}
	}
	given := map[text]bool{
		"MNS": parameters.MNS != nil, "RocketMQ": parameters.RocketMQ != nil,
		"RabbitMQ": parameters.RabbitMQ != nil, "Kafka": parameters.Kafka != nil,
	}
	for _, source := range []text{"MNS", "RocketMQ", "RabbitMQ", "Kafka"} {
		switch {
		case given[source] && kind != source:
			found.add(path+".eventSourceParameters.source"+string(source)+"Parameters", "eventSourceType is %s", kind)
		case !given[source] && kind == source:
			found.add(path+".eventSourceParameters.source"+string(source)+"Parameters", "missing")
		}
	}
	if source := parameters.MNS; source != nil {
		required("MNS", "QueueName", source.QueueName)
		if source.IsBase64Decode == nil {
			found.add(path+".eventSourceParameters.sourceMNSParameters.IsBase64Decode", "must be said: it decides what arrives")
		}
	}
	if source := parameters.RocketMQ; source != nil {
		required("RocketMQ", "InstanceId", source.InstanceID)
		required("RocketMQ", "Topic", source.Topic)
		required("RocketMQ", "GroupID", source.GroupID)
	}
	if source := parameters.RabbitMQ; source != nil {
		required("RabbitMQ", "InstanceId", source.InstanceID)
		required("RabbitMQ", "VirtualHostName", source.VirtualHostName)
		required("RabbitMQ", "QueueName", source.QueueName)
	}
	if source := parameters.Kafka; source != nil {
		required("Kafka", "InstanceId", source.InstanceID)
		required("Kafka", "Topic", source.Topic)
		required("Kafka", "ConsumerGroup", source.ConsumerGroup)
		found.oneOf(path+".eventSourceParameters.sourceKafkaParameters.OffsetReset", source.OffsetReset, "latest", "earliest")
	}
	// MQTT and DTS exist too; their parameters are not known well enough to check
	found.oneOf(path+".eventSourceType", kind, "Default", "MNS", "RocketMQ", "RabbitMQ", "Kafka")
	return found
}

// checkStream: one bad event must neither block the others nor vanish.
func checkStream(path string, config eventBridgeConfig) problems {
	var found problems
	options := config.RunOptions
	if config.EventSourceConfig.EventSourceType == "Default" {
		found.add(path+".mode", "a stream cannot read the Default source")
	}
	found.oneOf(path+".errorsTolerance", options.ErrorsTolerance, "ALL")
	if options.MaximumTasks != 0 && config.EventSourceConfig.EventSourceType != "Kafka" {
		found.add(path+".maximumTasks", "works with Kafka only")
	}
	if options.RetryStrategy == nil {
		found.add(path+".retryStrategy", "missing")
	} else {
		found.oneOf(path+".retryStrategy.PushRetryStrategy", options.RetryStrategy.PushRetryStrategy,
			"BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY")
	}
	if options.DeadLetterQueue == nil {
		found.add(path+".deadLetterQueue", "missing: what fails would be lost")
	} else {
		found.match(path+".deadLetterQueue.Arn", options.DeadLetterQueue.Arn,
			`acs:mns:[a-z0-9-]+:[0-9]+:/queues/[A-Za-z0-9-]+|acs:(mq|alikafka|eventbridge):[a-z0-9-]+:[0-9]+:.+`)
	}
	if options.BatchWindow == nil {
		found.add(path+".batchWindow", "missing")
	} else {
		found.between(path+".batchWindow.CountBasedWindow", options.BatchWindow.CountBasedWindow, 1, 10000)
		found.between(path+".batchWindow.TimeBasedWindow", options.BatchWindow.TimeBasedWindow, 0, 15)
	}
	return found
}

// checkRule: an event-driven trigger ignores every run option but its mode.
func checkRule(path string, config eventBridgeConfig) problems {
	var found problems
	options := config.RunOptions
	if config.EventSourceConfig.EventSourceType == "Kafka" {
		found.add(path+".mode", "Kafka is read by streams only")
	}
	for name, given := range map[string]bool{
		"errorsTolerance": options.ErrorsTolerance != "", "maximumTasks": options.MaximumTasks != 0,
		"retryStrategy": options.RetryStrategy != nil, "deadLetterQueue": options.DeadLetterQueue != nil,
		"batchWindow": options.BatchWindow != nil,
	} {
		if given {
			found.add(path+"."+name, "has no effect unless mode is event-streaming")
		}
	}
	return found
}
