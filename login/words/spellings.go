package words

import (
	"slices"
	"strings"
)

// spellings returns a term of a language with the other ways in which software writes the same words, so that the lists
// need not: Chinese in its traditional characters, and the words of languages that do without spaces without them.
func spellings(lang, term string) []string {
	all := []string{term}
	switch lang {
	case "zh":
		for _, account := range []string{"帐", "帳", "賬"} {
			plain := strings.ReplaceAll(term, "账", account)
			if account != "帐" {
				plain = traditional.Replace(plain)
			}
			all = append(all, plain)
		}
	case "ja", "ko":
	default:
		return all
	}
	for _, s := range all {
		all = append(all, strings.ReplaceAll(s, " ", ""))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// traditional writes the simplified characters of the lists in the traditional way. Characters that stand for several are
// left out but for those that login pages mean one of: 发 to send, 复 again, 后 after.
var traditional = strings.NewReplacer(strings.Split(strings.Join(strings.Fields(`
	与與 专專 业業 东東 丝絲 丢丟 两兩 严嚴 个個 临臨 为為 举舉 么麼 义義 乐樂 习習 书書 买買 乱亂 争爭 亚亞 产產 亲親 仅僅 从從 仓倉 仪儀 们們 价價 众眾 优優 会會 传傳 伤傷 体體 余餘 侧側 偿償 储儲 儿兒 党黨 兰蘭 关關 兴興 冲衝 决決 况況 冻凍
	净淨 减減 凭憑 击擊 刚剛 创創 别別 剂劑 办辦 务務 动動 劳勞 势勢 勋勳 华華 协協 单單 卖賣 卫衛 厂廠 厅廳 历歷 压壓 县縣 参參 双雙 发發 变變 号號 后後 听聽 启啟 员員 响響 团團 国國 图圖 场場 块塊 声聲 处處 备備 复複 够夠 头頭 奖獎 妈媽 学學
	宝寶 实實 审審 宾賓 对對 导導 将將 尝嘗 尽盡 层層 岁歲 师師 帐帳 带帶 帮幫 并並 广廣 库庫 应應 开開 异異 张張 当當 录錄 径徑 忆憶 忧憂 怀懷 态態 总總 恶惡 惊驚 愿願 戏戲 户戶 扩擴 扫掃 扰擾 抢搶 护護 报報 拟擬 拥擁 择擇 挂掛 挡擋 损損 换換
	据據 摄攝 敌敵 数數 断斷 无無 旧舊 时時 旷曠 昼晝 显顯 晓曉 暂暫 术術 机機 杂雜 权權 条條 来來 极極 构構 枪槍 柜櫃 标標 样樣 档檔 桥橋 梦夢 检檢 横橫 欢歡 欧歐 残殘 毁毀 毕畢 气氣 汇匯 沟溝 没沒 泄洩 浅淺 测測 济濟 浏瀏 润潤 渐漸 温溫 湾灣
	滚滾 满滿 灯燈 灵靈 点點 炼煉 烦煩 热熱 爱愛 状狀 独獨 猎獵 玛瑪 环環 现現 电電 画畫 畅暢 疗療 盖蓋 盘盤 码碼 础礎 确確 离離 种種 积積 称稱 稳穩 竞競 笔筆 签簽 简簡 类類 纠糾 红紅 约約 级級 纪紀 纯純 纸紙 纹紋 线線 练練 组組 细細 织織 终終
	绍紹 经經 绑綁 结結 绘繪 给給 络絡 绝絕 统統 继繼 续續 维維 绿綠 编編 缩縮 缴繳 网網 罗羅 罚罰 职職 联聯 脑腦 节節 苏蘇 范範 药藥 获獲 虑慮 虚虛 虽雖 补補 装裝 观觀 览覽 触觸 计計 订訂 认認 让讓 训訓 议議 讯訊 记記 讲講 许許 论論 设設 访訪
	证證 评評 识識 诉訴 诊診 译譯 试試 话話 询詢 该該 详詳 语語 误誤 说說 请請 读讀 谁誰 调調 谢謝 贝貝 负負 财財 责責 败敗 账帳 货貨 质質 购購 贴貼 贵貴 费費 资資 赋賦 赞贊 跃躍 踪蹤 转轉 轮輪 软軟 轻輕 载載 较較 辑輯 输輸 辞辭 边邊 达達 迁遷
	过過 运運 还還 这這 进進 远遠 连連 迟遲 迹跡 适適 选選 递遞 逻邏 邮郵 鉴鑑 钉釘 钟鐘 钥鑰 钮鈕 钱錢 铁鐵 铃鈴 银銀 链鏈 销銷 锁鎖 锐銳 错錯 键鍵 镜鏡 长長 门門 闪閃 闭閉 问問 间間 闻聞 阅閱 队隊 阳陽 阶階 陆陸 陈陳 险險 随隨 隐隱 难難 韩韓
	页頁 顶頂 项項 顺順 须須 顾顧 预預 领領 频頻 题題 颜顏 额額 风風 飞飛 饰飾 馆館 马馬 驱驅 驳駁 验驗 骗騙 骤驟 鲜鮮 黄黃 齐齊 龙龍`), ""), "")...)
